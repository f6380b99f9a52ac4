export { checkRun, RUN_RULES, type RunConfig, type RunMistake } from './checkRun.js';
export { MarbleMismatch } from './MarbleMismatch.js';
export { type MarblePlace, MarbleSyntaxError } from './MarbleSyntaxError.js';
export {
  type MarbleError,
  MarbleFixture,
  type MarbleMark,
  type MarbleRow,
  type MarbleSpec,
  type MarbleStep,
  type MarbleValue,
} from './model.js';
export { type MarblePicture, printMarble } from './printMarble.js';
export { drawMarble } from './drawMarble.js';
export { readMarbleFile } from './readMarbleFile.js';
export { readMarbles } from './readMarbles.js';
export { type MarbleContext, type MarbleFixtures, type MarbleOperators, runMarble } from './runMarble.js';
export type { MarbleStage } from './Stage.js';
