// The demo paper's picture: a triangle with its three angles, 240 × 150. A PNG of a kilobyte, here as base64.
// Called by paper.ts alone.
import type { Picture } from '../../schema/paper.ts';

const DATA = [
  'iVBORw0KGgoAAAANSUhEUgAAAPAAAACWBAMAAAAS1hjmAAAAG1BMVEUAAAAkJCRISEhsbGyQkJC0tLTY2Nj8/Pz///9OTG7+AAADvElEQVR42u',
  '2av3PaMBiG3xjCzJKwekozckcSMvouzZWRHmnKmDZ3rVc3TcMM/sGf3eJCSLGEvk/6bDpIA+TCnR/rs/TolW0sD9TgwR7swR7swR7swR7swf8d',
  '+DE+EDg8OQw4BaYHASftsH0QcP98gesDgLM/hY6CWfPgpLWCnzUP7vf+fHw8mjYNzsshnYfHTYPnQfn1A6OGwVFnXfFWs+B809MU7xoFL4LNX+',
  'MgbhI87rzO5+5Jg+Ciu3XWF2dlM8CLo62yHp2VzQCPt9M3v3BWNgMcvqKKibuy6eB0a8rJlbuy6eCH9uDzur+Xs1LZcTPg8Px5cHv//dunm5K7',
  'zLvHjYBTxMtfd4PB4OJ+fXHdlE0GJ+X8KV5e3iySrSbA5VK8W4Rh/eBMparIQdlUcKIqa9Y9rR0c9VT/dVA2EZyrCYW9songeaBZOKyVTQRHHd',
  '0PrVmd4FzritRW2TTwItD+ZKtsGnjc0RfDUtkk8NvQU2mWyiaB34ae6lnZKZsEHh/vX7eGdYHD/ZPVStkUcGoYuFbKpoAfTF60UTYFHJ6bRr2F',
  'sgngVegxtCe+sgnghNAdvrIJ4H6PUpUzcXBGGjlsZZvBCUlMbGWbwVGPdCCuso3gnDhHuco2gucBeasxFAVHHeqheBtXGCtNvnQZTgXBi4B+LJ',
  'ayTeAxY5awlA2H0OOkbDiEHoVd6cqGXKWXrHuNcAo91RMlKxuuS7GtsuEWeuyVDbfQo1B2WwCccStdblyH7uDEZttNVDZcQ4+tsuEceqrKJj0e',
  'gnPoqU4pkrLhHnoUyh45gXPre5UUZUMg9FgpGxKhx0bZ2KPdkTU4Nz8egkjoqbSvxvEBqaWYq2zIhB6+siEUetjK1oIfHJ9Om5QNqdDDVTakQg',
  '9X2RALPUxlQyz0qJTNB2fOlTYpG4Khh6VsCIYelrIhGXo4yoZk6OEoG6KhR6Hsaw44xwchsF7ZUIeem1gIrFU21KHn+VKqyzplQ7kUj5YToXcC',
  'tS9hQRN6siupLms2rtCFnslsKTWlWkTw39DzcyQETt8rlQ1d6MmlhtckViob2tAjVOviUv0SFrSh50lmXGfDlbKnBPAm9GRDEfDq/FX3GqENPY',
  'XMRS6vmELZ0IeeOxHwrUbZ0IeeR4nRVVytj3pmAm+XYpHRtRkplfdmoQ89qYRCNgepKBv60JOJgKcaZe+C51ux5hLz6SnWpGzoQ48weCdlYzf0',
  'DGpr/X+e6GM3nNXZrvf0eFBni2m3m+ptHuzBHuzBHuzBHuzBHuzB8u037sw7K1tPUsgAAAAASUVORK5CYII=',
];

export const TRIANGLE: Picture = {
  name: 'triangle',
  type: 'image/png',
  alt: 'A triangle. Each of its three angles is marked with an arc.',
  data: DATA.join(''),
};
