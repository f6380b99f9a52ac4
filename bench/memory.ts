/** The memory of items that wait, are parked or run, and whether it is released at the end. */
import { ask } from './child.js';
import { scenes, type SceneName } from './memoryScenes.js';

export interface Memory {
  readonly id: SceneName;
  readonly title: string;
  readonly unit: 'bytes' | 'kB';
  /** By the name of the operator; absent where it does nothing of the kind. */
  readonly held: Readonly<Record<string, number>>;
}

export async function measureMemory(report: (text: string) => void): Promise<Memory[]> {
  const result: Memory[] = [];
  for (const [id, { title, unit, who }] of Object.entries(scenes) as [SceneName, (typeof scenes)[SceneName]][]) {
    const held: Record<string, number> = {};
    for (const name of who) {
      report(`memory: ${title}, ${name}`);
      held[name] = (await ask<{ held: number }>('memoryChild.ts', [id, name])).held;
    }
    result.push({ id, title, unit, held });
  }
  return result;
}
