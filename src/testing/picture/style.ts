/** In light, then in dark: the fill of a value, and its edge and line. */
export const PALETTE: readonly (readonly [string, string, string, string])[] = [
  ['#bfdbfe', '#1d4ed8', '#1e3a8a', '#93c5fd'],
  ['#fed7aa', '#c2410c', '#7c2d12', '#fdba74'],
  ['#bbf7d0', '#15803d', '#14532d', '#86efac'],
  ['#f5d0fe', '#a21caf', '#701a75', '#f0abfc'],
  ['#fef08a', '#854d0e', '#713f12', '#fde047'],
  ['#a5f3fc', '#0e7490', '#164e63', '#67e8f9'],
  ['#fecaca', '#b91c1c', '#7f1d1d', '#fca5a5'],
  ['#ddd6fe', '#6d28d9', '#4c1d95', '#c4b5fd'],
];

/**
 * How a picture looks: `c0`, `c1`, ... are the colours of source values, `n` is none. It is about what is in `.marble` only,
 * since a style within HTML is about the whole page.
 */
export const STYLE = [
  '.marble{--ink:#1f2328;--faint:#6e7781;--box:#f6f8fa;font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}',
  PALETTE.map(([fill, edge], index) => `.marble .c${index}{--fill:${fill};--edge:${edge}}`).join(''),
  '.marble .n{--fill:var(--box);--edge:var(--ink)}',
  '@media (prefers-color-scheme:dark){.marble{--ink:#e6edf3;--faint:#8b949e;--box:#161b22}',
  PALETTE.map(([, , fill, edge], index) => `.marble .c${index}{--fill:${fill};--edge:${edge}}`).join(''),
  '}',
  '.marble text{fill:var(--ink);text-anchor:middle;dominant-baseline:central}',
  '.marble .left{text-anchor:start}.marble .faint{fill:var(--faint);font-size:10px}',
  '.marble path{fill:none;stroke:var(--edge);stroke-width:2;stroke-linecap:round;stroke-linejoin:round}',
  '.marble .dots{stroke-dasharray:0 5}.marble .wait{stroke-dasharray:0 5;opacity:.7}',
  '.marble .parked{stroke-width:16;opacity:.25}',
  '.marble circle,.marble .box{fill:var(--fill);stroke:var(--edge);stroke-width:1.5}',
  '.marble .start{fill:var(--edge)}.marble .once{fill:none;stroke:var(--edge);opacity:.6}',
].join('');
