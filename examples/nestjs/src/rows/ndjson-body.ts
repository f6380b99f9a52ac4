import { StreamableFile } from '@nestjs/common';
import type { Response } from 'express';
import type { Readable } from 'node:stream';
import { toHttp } from '../upstream/to-http.js';

/**
 * The body of a response, of which Nest reads no more than the client takes.
 * When the client has gone away, Nest destroys the stream.
 */
export function ndjsonBody(lines: Readable): StreamableFile {
  const body = new StreamableFile(lines, { type: 'application/x-ndjson' });
  return body.setErrorHandler((error, sent) => {
    const response = sent as unknown as Response;
    body.errorLogger(error);
    if (response.headersSent) {
      // An end that looks as usual would tell the client that it is complete.
      response.destroy();
    } else {
      const answer = toHttp(error);
      response.status(answer.getStatus()).json(answer.getResponse());
    }
  });
}
