"""``yitai doctor``: what is wrong with an installation, one line for each fault. It looks and changes nothing."""
