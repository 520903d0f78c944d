// The pages of web/, served as they were built: read once, when the process starts, so that no path of a request ever
// reaches the disk. A strict policy: own scripts and styles, and sockets to our own rooms. Called by app.ts.
import { hash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Request, type Response, Router } from 'express';

const DIST = fileURLToPath(new URL('../web/dist', import.meta.url));

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};
const PACKED = { br: '.br', gzip: '.gz' } as const;
type Encoding = keyof typeof PACKED | 'identity';

/** Assets have the hash of their content in their names; pages are asked for again each time. */
const FOR_EVER = 'public, max-age=31536000, immutable';
const ASK_AGAIN = 'no-cache';

type PageFile = {
  readonly type: string;
  readonly etag: string;
  readonly caching: string;
  readonly bytes: ReadonlyMap<Encoding, Buffer>;
};

export type PagesOptions = {
  /** Whether people come over https, and so sockets are wss. */
  readonly secure: boolean;
  /** host:port or host/path of rooms processes that are reached at another address than the api. */
  readonly roomAddresses: readonly string[];
};

/** Mounted at /. Without a build each page says how to make one. */
export function pagesRouter(options: PagesOptions, folder: string = DIST): Router {
  const files = filesOf(folder);
  const policy = policyOf(options);
  const router = Router();
  router.get('/', (_request, response) => response.redirect(302, '/exam'));
  for (const page of ['exam', 'proctor']) {
    router.get(`/${page}`, (request, response) => {
      const file = files.get(`/${page}.html`);
      response.set('Content-Security-Policy', policy);
      if (file !== undefined) return send(request, response, file);
      response.status(503).type('text').send('The pages are not built. On the server run: npm run build:web\n');
    });
  }
  for (const [path, file] of files) {
    if (!path.endsWith('.html')) router.get(path, (request, response) => send(request, response, file));
  }
  return router;
}

function send(request: Request, response: Response, file: PageFile): void {
  response.set({ 'Content-Type': file.type, 'Cache-Control': file.caching, ETag: file.etag, Vary: 'Accept-Encoding' });
  if (request.fresh) return void response.status(304).end();
  const encoding = (request.acceptsEncodings([...file.bytes.keys()]) || 'identity') as Encoding;
  const bytes = file.bytes.get(encoding) ?? file.bytes.get('identity');
  if (encoding !== 'identity') response.set('Content-Encoding', encoding);
  response.end(bytes);
}

/** What is not packed and has a type of ours, by its path. */
function filesOf(folder: string): Map<string, PageFile> {
  if (!existsSync(folder)) return new Map();
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return new Map(
    names.flatMap((name): [string, PageFile][] => {
      const type = TYPES[extname(name)];
      if (type === undefined) return [];
      const plain = readFileSync(join(folder, name));
      const packed = Object.entries(PACKED).flatMap(([encoding, ending]): [Encoding, Buffer][] =>
        existsSync(join(folder, `${name}${ending}`))
          ? [[encoding as Encoding, readFileSync(join(folder, `${name}${ending}`))]]
          : [],
      );
      const path = `/${name.replaceAll('\\', '/')}`;
      const caching = path.startsWith('/assets/') ? FOR_EVER : ASK_AGAIN;
      const etag = `"${hash('sha256', plain, 'base64url').slice(0, 22)}"`;
      return [[path, { type, etag, caching, bytes: new Map([...packed, ['identity', plain]]) }]];
    }),
  );
}

function policyOf({ secure, roomAddresses }: PagesOptions): string {
  const scheme = secure ? 'wss' : 'ws';
  const rooms = roomAddresses.map((address) => `${scheme}://${address.replace(/\/.*$/, '')}`);
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' blob:",
    "font-src 'self'",
    ['connect-src', "'self'", ...new Set(rooms)].join(' '),
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}
