// Runs in a page: shows files as a browser does, and makes files with it. Files travel as base64.

function decode(base64) {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

async function encode(blob) {
  let text = '';
  for (const byte of new Uint8Array(await blob.arrayBuffer())) text += String.fromCharCode(byte);
  return btoa(text);
}

function pixelsOf(image, width, height) {
  const context = new OffscreenCanvas(width, height).getContext('2d');
  context.drawImage(image, 0, 0, width, height);
  return context.getImageData(0, 0, width, height).data.join();
}

/** The picture in its declared orientation, then each frame of it. */
globalThis.showImage = async (base64, type) => {
  const data = decode(base64);
  const bitmap = await createImageBitmap(new Blob([data], { type }));
  const { width, height } = bitmap;
  const decoder = new ImageDecoder({ data, type });
  await decoder.tracks.ready;
  const frames = [pixelsOf(bitmap, width, height)];
  for (let frameIndex = 0; frameIndex < decoder.tracks.selectedTrack.frameCount; frameIndex++) {
    const { image } = await decoder.decode({ frameIndex });
    frames.push(pixelsOf(image, image.displayWidth, image.displayHeight));
  }
  return { width, height, frames };
};

/**
 * The pixels of the frame that was sought. It comes to the screen some time after it was found; until then there is no
 * frame, or the one before. They are those of the frame itself, since the element may draw nothing for a moment longer.
 */
async function shownAt(video, time, width, height) {
  for (;;) {
    try {
      const frame = new VideoFrame(video);
      const pixels = time - frame.timestamp / 1_000_000 < 0.5 && pixelsOf(frame, width, height);
      frame.close();
      if (pixels) return pixels;
    } catch {
      // The video has no frame yet.
    }
    await new Promise(requestAnimationFrame);
  }
}

/** A frame of the first half and one of the second; only the last frame of a video without a duration. */
globalThis.showVideo = async (base64) => {
  const video = document.createElement('video');
  const reached = (event) =>
    new Promise((resolve, reject) => {
      video.addEventListener(event, resolve, { once: true });
      video.addEventListener('error', () => reject(new Error(video.error.message)), { once: true });
    });
  const loaded = reached('loadeddata');
  video.muted = true;
  video.src = URL.createObjectURL(new Blob([decode(base64)]));
  await loaded;
  const { videoWidth: width, videoHeight: height, duration } = video;
  if (duration === Number.POSITIVE_INFINITY) {
    const ended = reached('ended');
    await video.play();
    await ended;
    return { width, height, frames: [pixelsOf(video, width, height)] };
  }
  const frames = [];
  for (const time of [0.2, 0.7]) {
    const sought = reached('seeked');
    video.currentTime = time;
    await sought;
    frames.push(await shownAt(video, time, width, height));
  }
  return { width, height, duration, frames };
};

globalThis.makeImage = async (type) => {
  const canvas = new OffscreenCanvas(40, 30);
  canvas.getContext('2d').fillRect(0, 0, 20, 20);
  return await encode(await canvas.convertToBlob({ type }));
};

/** Recorded until it came in three parts. */
globalThis.makeVideo = async (type) => {
  const canvas = document.createElement('canvas');
  canvas.width = 64;
  canvas.height = 48;
  const context = canvas.getContext('2d');
  const recorder = new MediaRecorder(canvas.captureStream(30), { mimeType: type });
  const parts = [];
  recorder.addEventListener('dataavailable', ({ data }) => {
    if (data.size > 0) parts.push(data);
    if (parts.length === 3 && recorder.state === 'recording') recorder.stop();
  });
  const stopped = new Promise((resolve) => recorder.addEventListener('stop', resolve));
  recorder.start(100);
  const draw = () => {
    context.fillStyle = 'lime';
    context.fillRect(0, 0, 64, 48);
    if (recorder.state === 'recording') requestAnimationFrame(draw);
  };
  draw();
  await stopped;
  return await encode(new Blob(parts));
};
