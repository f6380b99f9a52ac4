import { expect, test } from 'vitest';
import { LONGEST, pack, unpack } from '../../../playground/freeform/pack';
import { PROGRAMS } from '../../../playground/freeform/programs';

test.each([...PROGRAMS.map(({ code }) => code), '', 'ü → 😀\n'])('a link has what was written', async (text) => {
  const part = await pack(text);
  expect(part).toMatch(/^[\w-]*$/);
  expect(await unpack(part)).toBe(text);
  expect(part.length).toBeLessThan(1_500);
});

test('a link that is cut off, or holds too much, has a message', async () => {
  const part = await pack(PROGRAMS[0]!.code);
  await expect(unpack(part.slice(0, -20))).rejects.toThrow('cannot be read');
  await expect(unpack('%%%')).rejects.toThrow('cannot be read');
  await expect(unpack(await pack('x'.repeat(5 * LONGEST)))).rejects.toThrow('at most');
});
