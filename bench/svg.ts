/** What the charts have in common. */
import { parseHTML } from 'linkedom/worker';

// Of Okabe and Ito's palette, which people with any colour vision can tell apart.
export const INK = '#1a1a1a';
const FAINT = '#5f5f5f';
export const COLOURS = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#d55e00', '#56b4e9'] as const;

type Attributes = Record<string, string | number>;

/** An SVG with a white ground (also where the viewer is dark), a title and a line below it. */
export class Drawing {
  readonly document = parseHTML('<html></html>').document;
  private readonly svg: Element;

  constructor(width: number, height: number, title: string, subtitle: string) {
    this.svg = this.element('svg', {
      xmlns: 'http://www.w3.org/2000/svg',
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      'font-family': 'system-ui, "Segoe UI", "DejaVu Sans", sans-serif',
    });
    this.svg.append(this.element('rect', { width, height, fill: 'white' }));
    this.text(16, 30, title, { 'font-size': 18, 'font-weight': 'bold' });
    this.text(16, 52, subtitle, { fill: FAINT });
  }

  text(x: number, y: number, text: string, attributes: Attributes = {}): void {
    const made = this.element('text', { x, y, 'font-size': 13, fill: INK, ...attributes });
    made.textContent = text;
    this.svg.append(made);
  }

  shape(name: string, attributes: Attributes): void {
    this.svg.append(this.element(name, attributes));
  }

  /** A plot as a group: some viewers do not understand the style sheet of an svg within the svg. */
  plot(x: number, y: number, plot: Element): void {
    const group = this.element('g', {
      transform: `translate(${x},${y})`,
      fill: INK,
      'font-size': 12,
      'text-anchor': 'middle',
    });
    group.append(...[...plot.children].filter(({ localName }) => localName !== 'style'));
    this.svg.append(group);
  }

  toString(): string {
    return `${this.svg.outerHTML}\n`;
  }

  private element(name: string, attributes: Attributes): Element {
    const made = this.document.createElementNS('http://www.w3.org/2000/svg', name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
    return made;
  }
}
