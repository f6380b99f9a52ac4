/**
 * The content security policy of the pages: they load nothing but the site's own files, and run no script that was not there when
 * the site was built.
 */
import { fileURLToPath } from 'node:url';
import { bundle, hashOf } from './bundle.js';

let frame: string | undefined;
/** The frame in which programs of the playground run inherits the policy of the page, so that has to allow its script. */
const hashOfFrame = () =>
  (frame ??= hashOf(bundle(fileURLToPath(new URL('../playground/freeform/frame.ts', import.meta.url))).text));

/** The `<meta>` that gives a page its policy; it applies to what stands below it. `base` says what may be the base of the page. */
export function policyOf(html: string, base: "'none'" | "'self'"): string {
  const inline = [...html.matchAll(/<script(?![^>]*\bsrc=)[^>]*>([^]*?)<\/script>/g)].map(([, script]) =>
    hashOf(script!),
  );
  const policy = [
    "default-src 'none'",
    // Programs of the playground, and the worker that they run in, are blobs.
    `script-src 'self' blob: ${[...new Set([...inline, hashOfFrame()])].join(' ')}`,
    'worker-src blob:',
    // Code is coloured by attributes, and the editor brings styles of its own.
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    // No frame is led anywhere; the one that is used has its document with it.
    "frame-src 'none'",
    `base-uri ${base}`,
    "form-action 'none'",
  ];
  return `<meta http-equiv="Content-Security-Policy" content="${policy.join('; ')}">`;
}
