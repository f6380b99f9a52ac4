import script, { hash } from './frame.ts?bundle';

/** What the page sends to the frame, with two ports. */
export interface Start {
  /** The text of the worker. */
  readonly runtime: string;
  readonly program: string;
}

/** The frame has no network at all, and no script but its own and those that it makes; so have its workers, which inherit that. */
const POLICY = [
  "default-src 'none'",
  "connect-src 'none'",
  `script-src ${hash} blob:`,
  'worker-src blob:',
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

const DOCUMENT = `<!doctype html>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<script>${script}</script>`;

interface Listener {
  /** Whatever the program may have made of it. */
  hear(message: unknown): void;
  /** The worker could not be started, or has failed. */
  failed(reason: unknown): void;
}

/**
 * Runs a program that may be somebody else's, where it reaches nothing: in a worker, which can be ended when it loops, of a frame
 * that has no origin (`sandbox`), so that no cookie, storage or page of this one is its own, and no network (`POLICY`).
 *
 * The document comes with the frame, so that nothing has to be found or served: the site may be anywhere.
 */
export function openSandbox(start: Start, { hear, failed }: Listener): () => void {
  const frame = document.createElement('iframe');
  frame.setAttribute('sandbox', 'allow-scripts');
  frame.srcdoc = DOCUMENT;
  frame.title = 'Where the program runs';
  frame.tabIndex = -1;
  frame.ariaHidden = 'true';
  // There, though nothing is seen: what is not displayed may be slowed down.
  Object.assign(frame.style, { position: 'fixed', bottom: '0', left: '0', width: '1px', height: '1px', border: '0' });
  frame.style.opacity = '0';
  frame.style.pointerEvents = 'none';

  const [messages, failures] = [new MessageChannel(), new MessageChannel()];
  messages.port1.onmessage = ({ data }) => hear(data);
  failures.port1.onmessage = ({ data }) => failed(data);
  frame.addEventListener('load', () => frame.contentWindow!.postMessage(start, '*', [failures.port2, messages.port2]), {
    once: true,
  });
  document.body.append(frame);

  return () => {
    for (const { port1 } of [messages, failures]) port1.close();
    // Its worker ends with it.
    frame.remove();
  };
}
