/** What one operator holds in one scene: `memoryChild.ts <scene> <operator>`. */
import { answer } from './child.js';
import { median } from './measure.js';
import { scenes, type Scene, type SceneName } from './memoryScenes.js';
import { operators, type OperatorName } from './operators.js';

const scene: Scene = scenes[process.argv[2] as SceneName];
const operator = operators[process.argv[3] as OperatorName];

const measured: number[] = [];
// The first runs also pay for compiled code and the shapes of objects.
for (let run = 0; run < 5; run++) measured.push(await measureOnce());
const held = median(measured.slice(2));
answer({ held: scene.unit === 'bytes' ? Math.round(held / scene.items) : Math.round(held / 1_024) });

async function measureOnce(): Promise<number> {
  const before = scene.before?.(scene.items);
  const start = await heap();
  const made = await scene.make(operator, scene.items, before as never);
  const bytes = (await heap()) - start;
  if (made === before) throw new Error('Expected the scene to hold something'); // and it is held until here
  return bytes;
}

async function heap(): Promise<number> {
  for (let i = 0; i < 3; i++) {
    await new Promise((resolve) => setImmediate(resolve));
    globalThis.gc!();
  }
  return process.memoryUsage().heapUsed;
}
