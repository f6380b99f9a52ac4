import { parser } from '@prometheus-io/lezer-promql';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';

interface Rule {
  readonly alert: string;
  readonly expr: string;
}

const file = fileURLToPath(new URL('../alerts.yml', import.meta.url));
const { rules } = (
  parse(await readFile(file, 'utf8')) as { groups: [{ rules: Rule[] }] }
).groups[0];

const run = promisify(execFile);
const hasPromtool = await run('promtool', ['--version']).then(
  () => true,
  () => false,
);

/** What a stream tells minute by minute, in the notation of promtool. */
const minutes = {
  held: { blocked_seconds: '0x2 0+15x20' },
  full: { waiting: '0x2 5x20', active: '0x2 1x20', limit: '8x22' },
  small: {
    'waiting_duration_seconds_bucket{le="0.1"}': '0+0x30',
    'waiting_duration_seconds_bucket{le="10"}': '0+60x30',
    'waiting_duration_seconds_bucket{le="+Inf"}': '0+60x30',
    'attempt_duration_seconds_bucket{le="0.1"}': '0+60x30',
    'attempt_duration_seconds_bucket{le="10"}': '0+60x30',
    'attempt_duration_seconds_bucket{le="+Inf"}': '0+60x30',
    active: '8x30',
    waiting: '9x30',
    limit: '8x30',
  },
  failing: {
    'items_total{outcome="completed"}': '0+90x30',
    'items_total{outcome="failed"}': '0+10x30',
    'items_total{outcome="cancelled"}': '0+900x30',
  },
  retried: {
    'failed_attempts_total{error_type="503"}': '0+30x30',
    'failed_attempts_total{error_type="TimeoutError"}': '0+1x30',
    attempt_duration_seconds_count: '0+100x30',
  },
  fine: {
    blocked_seconds: '0x5 9 0x20',
    waiting: '3x30',
    active: '8x30',
    limit: '8x30',
    'items_total{outcome="completed"}': '0+99x30',
    'items_total{outcome="failed"}': '0+1x30',
    'failed_attempts_total{error_type="503"}': '0+10x30',
    attempt_duration_seconds_count: '0+100x30',
  },
};

const expected: Record<string, Record<string, string>> = {
  HeadBlocks: { stream_name: 'held' },
  WindowIsFull: { stream_name: 'full' },
  LimitIsTooSmall: { stream_name: 'small' },
  ItemsFail: { stream_name: 'failing' },
  AttemptsFail: { stream_name: 'retried', error_type: '503' },
};

const labelsOf = (labels: Record<string, string>) =>
  `{${Object.entries(labels)
    .map(([name, value]) => `${name}="${value}"`)
    .join()}}`;

describe('the alerts', () => {
  test.each(rules)('$alert is PromQL', ({ expr }) => {
    const wrong: string[] = [];
    parser.parse(expr).iterate({
      enter: ({ type, from }) => {
        if (type.isError) wrong.push(`at ${from}: ${expr.slice(from)}`);
      },
    });
    expect(wrong).toEqual([]);
  });

  test('are those of the guide', async () => {
    const page = await readFile(
      new URL('../../../docs/guide/observability.md', import.meta.url),
      'utf8',
    );
    expect(page).toContain(
      `\n\`\`\`yaml\n${await readFile(file, 'utf8')}\`\`\`\n`,
    );
  });

  test('are about metrics that there are', async () => {
    const used = new Set(
      rules.flatMap(({ expr }) => expr.match(/concat_map_eager_\w+/g)),
    );
    expect([...used].sort()).toEqual([
      'concat_map_eager_active',
      'concat_map_eager_attempt_duration_seconds_bucket',
      'concat_map_eager_attempt_duration_seconds_count',
      'concat_map_eager_blocked_seconds',
      'concat_map_eager_failed_attempts_total',
      'concat_map_eager_items_total',
      'concat_map_eager_limit',
      'concat_map_eager_waiting',
      'concat_map_eager_waiting_duration_seconds_bucket',
    ]);
    expect(rules.map(({ alert }) => alert)).toEqual(Object.keys(expected));
  });

  test.runIf(hasPromtool)(
    'fire for the stream that has the trouble, and for no other, says promtool',
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'alerts-'));
      const series = Object.entries(minutes).flatMap(([stream, metrics]) =>
        Object.entries(metrics).map(([metric, values]) => {
          const [name, labels] = metric.split(/[{}]/);
          const all = [
            `job="shop"`,
            `instance="a"`,
            `stream_name="${stream}"`,
            ...(labels ? [labels] : []),
          ];
          return { series: `concat_map_eager_${name}{${all.join()}}`, values };
        }),
      );
      // Every alert that fires is listed, so no other stream has one.
      const firing = {
        eval_time: '15m',
        expr: 'count by (alertname, stream_name, error_type) (ALERTS{alertstate="firing"})',
        exp_samples: Object.entries(expected).map(([alertname, labels]) => ({
          labels: labelsOf({ alertname, ...labels }),
          value: 1,
        })),
      };
      try {
        const path = join(folder, 'alerts.test.yml');
        const tests = [
          { interval: '1m', input_series: series, promql_expr_test: [firing] },
        ];
        await writeFile(path, stringify({ rule_files: [file], tests }));
        const { stdout, stderr } = await run('promtool', [
          'test',
          'rules',
          path,
        ]).catch(
          (error: unknown) => error as { stdout: string; stderr: string },
        );
        expect(`${stdout}${stderr}`).toContain('SUCCESS');
      } finally {
        await rm(folder, { recursive: true });
      }
    },
  );
});
