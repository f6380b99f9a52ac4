import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Asked {
  /** Such as `GET /rows/1`. */
  readonly line: string;
  /** The body, parsed; `undefined` if there is none. */
  readonly body: unknown;
  /**
   * How often this has been asked, this time included: by its key, if it has
   * one, or else by its line.
   */
  readonly times: number;
  /** Aborts when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

export interface Answer {
  readonly status?: number;
  readonly body: unknown;
}

/** The slow service: a real HTTP server on loopback that counts requests. */
export class UpstreamServer {
  /** The lines of all requests, in the order in which they came. */
  readonly asked: string[] = [];
  active = 0;
  mostActive = 0;
  /** How many were given up by whoever asked. */
  aborted = 0;

  private readonly times = new Map<string, number>();
  private readonly server: Server;

  private constructor(answer: (asked: Asked) => Promise<Answer>) {
    this.server = createServer(
      (request, response) => void this.serve(answer, request, response),
    );
  }

  /** Without a port, on one that is free. */
  static async start(
    answer: (asked: Asked) => Promise<Answer>,
    port = 0,
  ): Promise<UpstreamServer> {
    const upstream = new UpstreamServer(answer);
    upstream.server.listen(port, '127.0.0.1');
    await once(upstream.server, 'listening');
    return upstream;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }

  private async serve(
    answer: (asked: Asked) => Promise<Answer>,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const line = `${request.method} ${request.url}`;
    const key = request.headers['idempotency-key']?.toString() ?? line;
    const times = (this.times.get(key) ?? 0) + 1;
    this.times.set(key, times);
    this.asked.push(line);
    this.mostActive = Math.max(this.mostActive, ++this.active);
    const gone = new AbortController();
    response.on('close', () => {
      this.active--;
      if (response.writableFinished) return;
      this.aborted++;
      gone.abort();
    });
    try {
      let text = '';
      for await (const chunk of request.setEncoding('utf8')) text += chunk;
      const body: unknown = text === '' ? undefined : JSON.parse(text);
      const { status = 200, body: reply } = await answer({
        line,
        body,
        times,
        signal: gone.signal,
      });
      response
        .writeHead(status, { 'content-type': 'application/json' })
        .end(JSON.stringify(reply));
    } catch (error) {
      if (!gone.signal.aborted) response.destroy(error as Error);
    }
  }
}
