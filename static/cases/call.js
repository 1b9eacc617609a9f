// Sound and pictures between the browsers of a room, over the room's own connection (static/cases/room.js). Each browser has
// one RTCPeerConnection to each other; of two the one with the smaller name makes the offer, so that they never both do.
// room.js fetches this module when somebody joins. Offers and answers carry all the ways to reach a browser at once, so two messages are enough for a pair.

const GATHERING = 2500; // milliseconds to find the ways to this browser; what comes later is not needed
const { room } = await import(document.querySelector("[data-room]").dataset.script);

const card = document.querySelector("[data-call]");
const find = (name) => card.querySelector(`[data-call-${name}]`);
const [list, line, mine] = ["people", "line", "mine"].map(find);
const [joinButton, leaveButton, muteButton, cameraButton] = ["join", "leave", "mute", "camera"].map(find);
const peers = new Map(); // id -> {connection, video, item}
let me = "";
let onCall = []; // the others: {id, name}
let relays = null; // set while this page is on the call
let isRelayed = false;
let sound = null;
let picture = null;
let wasOn = false;

const say = (words) => { line.textContent = words; };

// -- Coming and going ------------------------------------------------------------------------------------------------

async function join() {
  joinButton.disabled = true;
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true } });
    [sound] = stream.getAudioTracks();
    say("You are on the call. Nothing is recorded.");
  } catch (problem) {
    say(problem.name === "NotAllowedError"
      ? "Your browser did not let this page use the microphone, so you can listen and watch. To speak, allow the microphone beside the address of this page, leave the call and join again."
      : "No microphone was found, so you can listen and watch. Plug one in, leave the call and join again to speak.");
  }
  wasOn = true;
  if (!room.send({ type: "call", join: true })) stop("There is no connection just now. Try again in a moment.");
}

function leave() {
  wasOn = false;
  room.send({ type: "call", join: false });
  stop("You left the call.");
  joinButton.focus();
}

function stop(words) {
  [...peers.keys()].forEach(drop);
  [sound, picture].forEach((track) => track?.stop());
  sound = null;
  picture = null;
  relays = null;
  if (words) say(words);
  draw();
}

room.on("call", (message) => {
  if (message.full) {
    wasOn = false;
    stop("Six people are on the call already, which is as many as it holds.");
    return;
  }
  relays = message.relays;
  isRelayed = message.is_relayed;
  meet();
  draw();
});

room.on("here", (message) => {
  me = message.id;
  onCall = message.on_call;
  const there = new Set(onCall.map((each) => each.id));
  [...peers.keys()].filter((id) => !there.has(id)).forEach(drop); // whoever left, or may not be here any more
  if (relays) meet();
  draw();
});

room.on("lost", () => relays && stop("The connection was lost. You come back to the call when it is there again."));
room.on("open", () => { if (wasOn && !relays) join(); });
room.on("ended", () => { wasOn = false; stop(""); });
addEventListener("pagehide", () => stop(""));

// -- One connection to each other ------------------------------------------------------------------------------------

function meet() {
  onCall.filter((each) => !peers.has(each.id) && me < each.id).forEach((each) => offer(each.id));
}

function connect(id) {
  const connection = new RTCPeerConnection({ iceServers: relays, iceTransportPolicy: isRelayed ? "relay" : "all" });
  const video = document.createElement("video");
  video.autoplay = true;
  video.playsInline = true;
  video.srcObject = new MediaStream();
  const peer = { connection, video, item: null };
  peers.set(id, peer);
  connection.ontrack = ({ track }) => {
    video.srcObject.addTrack(track);
    track.onmute = draw;
    track.onunmute = draw;
    draw();
  };
  connection.onconnectionstatechange = () => {
    if (connection.connectionState === "failed") say("Somebody could not be reached. They may have to join the call again.");
    draw();
  };
  return peer;
}

function drop(id) {
  const peer = peers.get(id);
  peers.delete(id);
  peer.connection.close();
  peer.video.srcObject = null;
  peer.item?.remove();
}

async function offer(id) {
  const { connection } = connect(id);
  connection.addTransceiver(sound || "audio", { direction: "sendrecv" });
  connection.addTransceiver(picture || "video", { direction: "sendrecv" });
  await connection.setLocalDescription();
  await send(id, connection);
}

async function send(id, connection) {
  await gathered(connection);
  if (peers.get(id)?.connection !== connection) return;
  const { type, sdp } = connection.localDescription;
  room.send({ type: "signal", to: id, kind: type, words: sdp });
}

function gathered(connection) {
  if (connection.iceGatheringState === "complete") return Promise.resolve();
  return new Promise((done) => {
    setTimeout(done, GATHERING);
    connection.addEventListener("icegatheringstatechange", () => connection.iceGatheringState === "complete" && done());
  });
}

room.on("signal", async ({ from, kind, words }) => {
  if (!relays) return;
  try {
    if (kind === "offer") {
      if (peers.has(from)) drop(from);
      const { connection } = connect(from);
      await connection.setRemoteDescription({ type: kind, sdp: words });
      const [heard, seen] = connection.getTransceivers();
      heard.direction = "sendrecv";
      seen.direction = "sendrecv";
      await heard.sender.replaceTrack(sound);
      await seen.sender.replaceTrack(picture);
      await connection.setLocalDescription();
      await send(from, connection);
    } else await peers.get(from)?.connection.setRemoteDescription({ type: kind, sdp: words });
  } catch {
    say("Somebody could not be reached. They may have to join the call again.");
  }
});

// -- Buttons ------------------------------------------------------------------------------------------------------------

function mute() {
  if (!sound) return;
  sound.enabled = !sound.enabled;
  draw();
}

async function camera() {
  cameraButton.disabled = true;
  try {
    if (picture) {
      picture.stop();
      picture = null;
    } else {
      const stream = await navigator.mediaDevices.getUserMedia({ video: { width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { max: 20 } } });
      [picture] = stream.getVideoTracks();
    }
    await Promise.all([...peers.values()].map(({ connection }) => connection.getTransceivers()[1]?.sender.replaceTrack(picture)));
  } catch (problem) {
    say(problem.name === "NotAllowedError"
      ? "Your browser did not let this page use the camera. Others hear you. Allow the camera beside the address of this page to be seen."
      : "No camera was found. Others hear you.");
  }
  cameraButton.disabled = false;
  draw();
}

// -- What is seen ---------------------------------------------------------------------------------------------------------

function tile(name, video) {
  const item = document.createElement("li");
  const [letter, words] = [document.createElement("b"), document.createElement("span")];
  letter.textContent = name.slice(0, 1);
  letter.ariaHidden = "true";
  words.textContent = name;
  item.append(letter, video, words);
  list.append(item);
  return item;
}

const own = { video: document.createElement("video"), item: null };
own.video.muted = true;
own.video.autoplay = true;
own.video.playsInline = true;

function draw() {
  const isOn = relays !== null;
  joinButton.hidden = isOn;
  joinButton.disabled = false;
  mine.hidden = !isOn;
  muteButton.disabled = !sound;
  muteButton.textContent = sound && !sound.enabled ? "Unmute" : "Mute";
  muteButton.setAttribute("aria-pressed", String(Boolean(sound && !sound.enabled)));
  cameraButton.textContent = picture ? "Camera off" : "Camera on";
  cameraButton.setAttribute("aria-pressed", String(Boolean(picture)));
  onCall.filter((each) => peers.has(each.id)).forEach((each) => {
    const peer = peers.get(each.id);
    peer.item ??= tile(each.name, peer.video);
    const seen = peer.video.srcObject?.getVideoTracks().some((track) => !track.muted);
    peer.video.style.opacity = seen ? "1" : "0"; // not hidden: its sound goes on
    peer.item.querySelector("span").textContent = peer.connection.connectionState === "connected" ? each.name : `${each.name}, connecting`;
  });
  if (isOn && !own.item) own.item = tile("You", own.video);
  if (!isOn) {
    own.item?.remove();
    own.item = null;
  }
  const stream = picture ? own.video.srcObject || new MediaStream() : null;
  if (stream && !stream.getTracks().includes(picture)) stream.addTrack(picture);
  own.video.srcObject = stream;
  own.video.hidden = !picture;
}

leaveButton.addEventListener("click", leave);
muteButton.addEventListener("click", mute);
cameraButton.addEventListener("click", camera);
// For those who look after it: how many bytes came from the others.
card.addEventListener("bytes", async () => {
  const reports = await Promise.all([...peers.values()].map(({ connection }) => connection.getStats()));
  const found = reports.flatMap((report) => [...report.values()]).filter((each) => each.type === "inbound-rtp");
  card.dataset.bytes = JSON.stringify(Object.fromEntries(found.map((each) => [each.kind, each.bytesReceived])));
});
joinButton.addEventListener("click", join);
[me, onCall] = [room.here.id || "", room.here.on_call || []];
join(); // this module is fetched when somebody presses the button for the first time
