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
  'webkitRequestFileSystem',
  'webkitRequestFileSystemSync',
  'webkitResolveLocalFileSystemURL',
  'webkitResolveLocalFileSystemSyncURL',
  // With these it would speak in the name of what runs it, or end it.
  'postMessage',
  'close',
];
const OBJECTS = ['indexedDB', 'caches', 'fonts', 'navigator', 'cookieStore'];

/**
 * Takes from a worker what a program could look for the network, other workers or storage with, before it runs: so it is told why
 * it finds nothing. What keeps a program from all of that is not this, but the frame that the worker is in: see `sandbox.ts`.
 */
export function isolate(scope: object): void {
  for (const name of FUNCTIONS) {
    replace(scope, name, { value: refusal(name) });
  }
  for (const name of OBJECTS) {
    replace(scope, name, { get: refusal(name) });
  }
  replace(scope, 'eval', { value: refusal('eval') });
  const kinds = [() => undefined, async () => undefined, function* () {}, async function* () {}];
  for (const kind of kinds) {
    const prototype = Object.getPrototypeOf(kind) as object;
    // What a program asks `instanceof` of.
    const value = Object.assign(refusal('Function'), { prototype });
    Object.defineProperty(prototype, 'constructor', { value, configurable: false, writable: false });
    if (prototype === Function.prototype) replace(scope, 'Function', { value });
  }
}

function refusal(name: string): () => never {
  return function () {
    const what = ['eval', 'Function'].includes(name)
      ? 'no text is evaluated'
      : 'there is no network, no storage and no worker';
    throw new Error(`\`${name}\` is switched off: in the playground ${what}`);
  };
}

/** Wherever it is inherited from, so that what is inherited cannot be found either. */
function replace(scope: object, name: string, by: PropertyDescriptor): void {
  for (let holder: object | null = scope; holder !== null; holder = Object.getPrototypeOf(holder) as object | null) {
    if (Object.hasOwn(holder, name)) Object.defineProperty(holder, name, { ...by, configurable: false });
  }
}
