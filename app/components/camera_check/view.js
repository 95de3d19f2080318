// Opens the camera once, tells its picture's size or why it cannot be had, and closes it again.
const asked = new WeakSet();
const TROUBLES = {
  NotFoundError: "no_camera", OverconstrainedError: "no_camera", NotAllowedError: "denied", SecurityError: "denied",
  NotReadableError: "busy", AbortError: "busy",
};

async function look(constraints) {
  if (!window.isSecureContext || !navigator.mediaDevices?.getUserMedia) return { trouble: "insecure", detail: "" };
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia(constraints);
    const { width, height } = stream.getVideoTracks()[0].getSettings();
    if (width && height) return { width, height };
    const video = document.createElement("video");
    video.muted = true;
    video.srcObject = stream;
    await video.play();
    return { width: video.videoWidth, height: video.videoHeight };
  } catch (error) {
    return { trouble: TROUBLES[error.name] ?? "failed", detail: error.name };
  } finally {
    stream?.getTracks().forEach((track) => track.stop());
  }
}

export default function (component) {
  const { parentElement, data, setStateValue } = component;
  parentElement.querySelector(".title").textContent = data.words.asking;
  parentElement.querySelector(".allow").textContent = data.words.allow;
  if (asked.has(parentElement)) return;
  asked.add(parentElement);
  look(data.constraints).then((answer) => setStateValue("camera", answer));
}
