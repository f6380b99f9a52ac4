import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, test } from 'vitest';
import { found, idIn, never, Whole, type Answer, type Asked } from './whole.js';

let whole: Whole;
beforeAll(async () => {
  whole = await Whole.start();
});
afterAll(() => whole?.stop());

const names = [
  'Ada Lovelace',
  'Grace Hopper',
  'Mary Shelley',
  'Hedy Lamarr',
  'Emmy Noether',
  'Sofja Kowalewskaja',
];

/** Row 11 is answered last of all, three others are not there. */
async function answer(asked: Asked): Promise<Answer> {
  const id = idIn(asked);
  if ([4, 9, 17].includes(id)) return { status: 404, body: {} };
  if (id === 11 || id > 26) return never(asked);
  if (id <= names.length) return { body: { id, name: names[id - 1] } };
  return found(asked);
}

test.each([
  ['desktop', { viewport: { width: 960, height: 900 }, colorScheme: 'light' }],
  ['phone', { viewport: { width: 360, height: 740 }, colorScheme: 'dark' }],
] as const)('%s', async (name, options) => {
  whole.answer = answer;
  const { page } = await whole.visit('/', options);
  await page.getByRole('button', { name: '200 rows' }).click();
  await page.getByRole('button', { name: /^Start/ }).click();
  await page.getByText('row 10').first().waitFor();
  if (name === 'desktop')
    await page.evaluate(() => scrollTo({ top: 0, behavior: 'instant' }));
  await sleep(1_000);
  await page.screenshot({
    path: fileURLToPath(new URL(`../../${name}.png`, import.meta.url)),
  });
});
