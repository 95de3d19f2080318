"""What a recording leaves behind to be judged, drawn and studied again without its pictures."""

from vision.records.track import RECORD_FILE, SCHEMA, Record, about_of, read_record, read_series, write_record

__all__ = ["RECORD_FILE", "SCHEMA", "Record", "about_of", "read_record", "read_series", "write_record"]
