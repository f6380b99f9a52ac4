import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { expect } from 'vitest';
import { until } from './until.js';

export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The service as it is deployed: a process of its own, configured by its environment. */
export class ServiceProcess {
  output = '';
  readonly ended: Promise<Ending>;
  private readonly child: ChildProcess;

  private constructor(env: NodeJS.ProcessEnv) {
    this.child = spawn(
      process.execPath,
      [fileURLToPath(new URL('../../dist/main.js', import.meta.url))],
      {
        env: { ...process.env, ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    for (const stream of [this.child.stdout!, this.child.stderr!]) {
      stream
        .setEncoding('utf8')
        .on(
          'data',
          (text: string) => (this.output += stripVTControlCharacters(text)),
        );
    }
    const kill = () => this.kill('SIGKILL');
    process.on('exit', kill);
    this.ended = once(this.child, 'close').then(([code, signal]) => {
      process.off('exit', kill);
      return { code, signal } as Ending;
    });
  }

  /** Starts it. */
  static launch(env: NodeJS.ProcessEnv): ServiceProcess {
    return new ServiceProcess(env);
  }

  /** Starts it, and waits until it listens. */
  static async start(env: NodeJS.ProcessEnv): Promise<ServiceProcess> {
    const service = ServiceProcess.launch(env);
    await until(() => expect(service.output).toMatch(/Listening on http:/));
    return service;
  }

  get url(): string {
    return /Listening on (\S+)/.exec(this.output)![1]!;
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }
}
