// A reporter for vitest: the last line says how many tests passed, failed and were skipped.
import type { Reporter, TestModule } from 'vitest/node';

export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const counts = { passed: 0, failed: 0, skipped: 0, pending: 0 };
    for (const module of modules) {
      for (const test of module.children.allTests()) counts[test.result().state]++;
    }
    // After the table of the coverage. A run may fail without a failed test: by a file that cannot be loaded, or too little coverage.
    process.on('exit', (code) => {
      const failed = code === 0 ? counts.failed : Math.max(counts.failed, 1);
      process.stdout.write(`\n${counts.passed} passed, ${failed} failed, ${counts.skipped + counts.pending} skipped\n`);
    });
  }
}
