/** What could reach the network, other workers or what the site has stored. */
const FUNCTIONS = [
  'fetch',
  'XMLHttpRequest',
  'WebSocket',
  'WebSocketStream',
  'WebTransport',
  'EventSource',
  'FontFace',
  'importScripts',
  'Worker',
  'SharedWorker',
  'BroadcastChannel',
  'RTCPeerConnection',
  'Notification',
  // With these it would speak in the name of what runs it, or end it.
  'postMessage',
  'close',
];
const OBJECTS = ['indexedDB', 'caches', 'fonts', 'navigator', 'cookieStore'];

/**
 * Takes from a worker what could reach the network, other workers or what the site has stored, before a program runs that
 * may be somebody else's. The page itself and its DOM are out of a worker's reach.
 *
 * What remains: text that a program evaluates may still `import()` a module from anywhere that allows it, and so send a
 * request; no function stands for `import()` that could be taken away. It finds nothing here that is worth sending: a worker
 * has no cookies, and the link's program is all that there is.
 */
export function isolate(scope: object): void {
  for (const name of FUNCTIONS) {
    replace(scope, name, { value: refusal(name) });
  }
  for (const name of OBJECTS) {
    replace(scope, name, { get: refusal(name) });
  }
}

function refusal(name: string): () => never {
  return function () {
    throw new Error(
      `\`${name}\` is switched off: there is no network in the playground, no storage and no other worker`,
    );
  };
}

/** Wherever it is inherited from, so that what is inherited cannot be found either. */
function replace(scope: object, name: string, by: PropertyDescriptor): void {
  for (let holder: object | null = scope; holder !== null; holder = Object.getPrototypeOf(holder) as object | null) {
    if (Object.hasOwn(holder, name)) Object.defineProperty(holder, name, { ...by, configurable: false });
  }
}
