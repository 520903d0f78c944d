// A short label of a device for a proctor's board, of what its programme calls itself: programme and system, nothing that
// tells two people's devices apart. Pure; called by the api.

/** The first that is found counts: most browsers call themselves by others' names too. */
const PROGRAMMES: readonly (readonly [pattern: RegExp, label: string])[] = [
  [/\bSEB\/(\d+)/, 'Safe Exam Browser'],
  [/\bEdgA?\/(\d+)/, 'Edge'],
  [/\bWhale\/(\d+)/, 'Whale'],
  [/\bSamsungBrowser\/(\d+)/, 'Samsung Internet'],
  [/\bOPR\/(\d+)/, 'Opera'],
  [/\b(?:Firefox|FxiOS)\/(\d+)/, 'Firefox'],
  [/\b(?:HeadlessChrome|Chrome|CriOS)\/(\d+)/, 'Chrome'],
  [/\bVersion\/(\d+)[.\d]* (?:Mobile\/\w+ )?Safari\//, 'Safari'],
  [/^node(?:\/(\d+))?/, 'Node'],
];

const SYSTEMS: readonly (readonly [pattern: RegExp, label: string])[] = [
  [/\bAndroid\b/, 'Android'],
  [/\b(?:iPhone|iPad)\b/, 'iOS'],
  [/\bWindows\b/, 'Windows'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bMac OS X\b/, 'macOS'],
  [/\bLinux\b/, 'Linux'],
];

/** Such as `Chrome 141, Windows`; '' where nothing is known. Never more than is written above: the text is a stranger's. */
export function deviceLabel(userAgent: string): string {
  const programme = PROGRAMMES.map(([pattern, label]) => {
    const found = pattern.exec(userAgent);
    return found === null ? undefined : [label, found[1]?.slice(0, 4)].filter(Boolean).join(' ');
  }).find((label) => label !== undefined);
  const system = SYSTEMS.find(([pattern]) => pattern.test(userAgent))?.[1];
  return [programme, system].filter(Boolean).join(', ');
}
