// What a board calls a device. The user agents are those that these programmes send.
import assert from 'node:assert/strict';
import { deviceLabel } from '../../exam/device-label.ts';

const AGENTS = [
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36',
    'Chrome 141, Windows',
  ],
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.3537.57',
    'Edge 141, Windows',
  ],
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Whale/4.33.325.17 Safari/537.36',
    'Whale 4, Windows',
  ],
  ['Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0', 'Firefox 144, Linux'],
  [
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15',
    'Safari 26, macOS',
  ],
  [
    'Mozilla/5.0 (iPad; CPU OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1',
    'Safari 18, iOS',
  ],
  [
    'Mozilla/5.0 (Linux; Android 15; SM-X910) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.7390.44 Safari/537.36',
    'Chrome 141, Android',
  ],
  ['node', 'Node'],
] as const;

describe('the label of a device', () => {
  for (const [agent, label] of AGENTS) it(`is ${label}`, () => assert.equal(deviceLabel(agent), label));

  it('is empty for what nobody knows, and never holds what a stranger wrote', () => {
    assert.equal(deviceLabel(''), '');
    assert.equal(deviceLabel('<img src=x onerror=alert(1)> Kim, 1999-01-01'), '');
    assert.equal(deviceLabel('Chrome/1410000000000000000 Windows'), 'Chrome 1410, Windows');
  });
});
