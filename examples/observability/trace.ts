import { run } from './page.js';
import { TraceFile } from './traceFile.js';

const file = new TraceFile('rows.trace.json');
await run(file.draw);
await file.close();
console.log('Open rows.trace.json at https://ui.perfetto.dev');
