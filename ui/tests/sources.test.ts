import { describe, expect, it } from 'vitest';

const sources = import.meta.glob<string>('../src/**/*.{ts,svelte}', { query: '?raw', import: 'default', eager: true });
const styles = import.meta.glob<string>('../src/styles/tokens.css', { query: '?raw', import: 'default', eager: true });

describe('the sources', () => {
  it('only the api folder knows the shell', () => {
    const importers = Object.entries(sources)
      .filter(([, text]) => text.includes('@tauri-apps/'))
      .map(([path]) => path);
    expect(importers).toEqual(['../src/api/tauri.ts']);
  });

  it('components hold no words of their own', () => {
    // Units and the names of formats are the same in every language.
    const neutral = /\b(px|JPEG|MP4|H\.264)\b|&\w+;/g;
    for (const [path, text] of Object.entries(sources)) {
      if (!path.endsWith('.svelte')) continue;
      let markup = text.replace(/<(script|style)[\s\S]*?<\/\1>/g, '').replace(/<!--[\s\S]*?-->/g, '');
      for (let before = ''; before !== markup; ) {
        before = markup;
        markup = markup.replace(/\{[^{}]*\}/g, '');
      }
      const words = [...markup.matchAll(/>([^<>]+)</g)].map((match) => (match[1] ?? '').replace(neutral, ''));
      expect(words.filter((piece) => /\p{L}{2,}/u.test(piece)), path).toEqual([]);
    }
  });
});

type Theme = Map<string, [number, number, number]>;

function themes(css: string): Theme[] {
  return css
    .split(':root')
    .map((block) => new Map([...block.matchAll(/--([\w-]+): #([0-9a-f]{6});/g)].map((match): [string, [number, number, number]] => {
      const value = Number.parseInt(match[2] ?? '', 16);
      return [match[1] ?? '', [value >> 16, (value >> 8) & 255, value & 255]];
    })))
    .filter((theme) => theme.has('text'));
}

/** Contrast ratio of WCAG 2. */
function contrast(a: [number, number, number], b: [number, number, number]): number {
  const luminance = (colour: [number, number, number]) => {
    const [r, g, b] = colour.map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    }) as [number, number, number];
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

const TEXT: [string, string][] = [
  ...['bg', 'surface', 'rail', 'sunken'].flatMap((under): [string, string][] => [
    ['text', under], ['muted', under], ['accent', under], ['amber', under], ['red', under], ['green', under],
  ]),
  ['accent-ink', 'accent'], ['accent', 'accent-soft'], ['text', 'accent-soft'], ['green', 'green-soft'],
  ['amber', 'amber-soft'], ['red', 'red-soft'], ['blue', 'blue-soft'], ['text', 'amber-soft'], ['text', 'red-soft'],
];

describe.each([['light', 0], ['dark', 1]] as const)('colours, %s', (_name, index) => {
  const [light, dark] = themes(Object.values(styles)[0] ?? '');
  const theme: Theme = new Map([...(light ?? []), ...(index === 1 ? (dark ?? []) : [])]);
  const colour = (name: string) => theme.get(name) ?? expect.fail(`no colour ${name}`);

  it.each(TEXT)('%s on %s can be read', (ink, under) =>
    expect(contrast(colour(ink), colour(under))).toBeGreaterThanOrEqual(4.5),
  );
  it.each(['bg', 'surface', 'rail'])('outlines can be seen on %s', (under) =>
    expect(contrast(colour('line-strong'), colour(under))).toBeGreaterThanOrEqual(3),
  );
  it('the band can be read', () => {
    expect(contrast(colour('band-ink'), colour('band'))).toBeGreaterThanOrEqual(4.5);
    expect(contrast(colour('band-ink'), colour('band-stripe'))).toBeGreaterThanOrEqual(4.5);
  });
});
