// What a route is: one declaration that routing, validation, permission, idempotency, OpenAPI and the tests all read.
// `access` has no default, so that nobody forgets it. Declared by routes/, mounted by serve.ts, written down by openapi.ts.
import type { Response } from 'express';
import type { z } from 'zod';
import type { ListName } from '../schema/lists.ts';
import { type Parsed, safelyParsed } from '../schema/parsed.ts';
import type { Action } from '../schema/permissions.ts';
import { isRefusal, type Refusal, type RefusalCode, refuse } from '../schema/refusals.ts';
import type { Target } from './access.ts';
import { allowedAt } from './allowed.ts';
import type { DetailedRefusal } from './problems.ts';
import type { BodySize } from './request-body.ts';
import type { Subject } from './who-is-it.ts';

/** What came in, before it is parsed. `seed` names the request for ids that a repeat has to make again. */
export type RawCall<Who> = {
  readonly subject: Who;
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
  readonly seed: string;
  readonly address: string;
  /** Scheme and host under which the sender reached us. */
  readonly origin: string;
  /** What the sender's programme calls itself. */
  readonly userAgent: string;
  /** The header If-Match: the tags of the version that the sender saw. */
  readonly ifMatch: string | undefined;
  /** Of the last event that it has of a stream; '' where it has none. */
  readonly lastEventId: string;
  readonly now: number;
};

/** What a handler gets: the same, parsed. `now` is epoch ms, once a request. */
export type Call<Who, P, Q, B> = Omit<RawCall<Who>, 'params' | 'query' | 'body'> & {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
};

/** Writes an answer that is not JSON, and resolves when it is out. */
export type Sender = (response: Response) => void | Promise<void>;

/** `once` stores the answer and repeats it; `again` runs the handler again, where the answer has a secret or may change. */
export type Repeat = 'keyless' | 'once' | 'again';

export type Reply =
  | { readonly status: 200 | 201 | 202; readonly type: 'application/json'; readonly schema: z.ZodType }
  | {
      readonly status: 200;
      readonly type:
        | 'text/html'
        | 'text/plain'
        | 'text/csv'
        | 'application/x-ndjson'
        | 'application/x-tar'
        | 'application/octet-stream'
        | 'image/*'
        | 'text/event-stream'
        | '*/*';
      readonly schema: null;
    }
  | { readonly status: 204; readonly type: 'nothing'; readonly schema: null };

type Spec<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> = {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** As Express writes it: `/plans/:planId`. */
  readonly path: `/${string}`;
  readonly tag: string;
  readonly summary: string;
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  /** The body is the bytes of a photo or of a CSV file, or a file that the handler reads as it comes; and no JSON. */
  readonly takes?: 'photo' | 'table' | 'stream';
  /** Imports may be 2 MB, a paper with its pictures and a sealed export 8; everything else 64 KiB. */
  readonly size?: BodySize;
  readonly reply: Reply;
  /** Bytes that never change, which may be asked for in ranges (ranged.ts). */
  readonly ranged?: true;
  readonly repeat: Repeat;
  /** Nobody's requests are counted: what an exam hangs on, and what asks whether we live. */
  readonly uncounted?: true;
  /** It has a version, which its answer names as ETag; `asked` looks at If-Match where there is one, `needed` asks for it. */
  readonly version?: 'shown' | 'asked' | 'needed';
  /** Of a list: which of schema/lists.ts. */
  readonly list?: ListName;
  /** What it refuses beyond what every route may. */
  readonly refusals: readonly RefusalCode[];
};

/** What follows from a parsed request: what it is about, and the work. */
export type Prepared = { target(): Promise<Target | Refusal>; handle(): Promise<unknown> };

type Declared = Spec<z.ZodType, z.ZodType, z.ZodType>;
export type PublicRoute = Declared & {
  readonly access: 'public';
  prepare(raw: RawCall<undefined>): Pick<Prepared, 'handle'> | DetailedRefusal;
};
export type GuardedRoute = Declared & {
  readonly access: Action;
  prepare(raw: RawCall<Subject>): Prepared | DetailedRefusal;
};
export type Route = PublicRoute | GuardedRoute;

/** A route that anybody may call: what lets people in, and what says whether the api lives. */
export function publicRoute<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType>(
  spec: Spec<P, Q, B> & {
    handle(call: Call<undefined, z.output<P>, z.output<Q>, z.output<B>>): Promise<unknown>;
  },
): PublicRoute {
  const { handle, ...declared } = spec;
  return {
    ...declared,
    access: 'public',
    prepare(raw) {
      const call = parseCall(spec, raw);
      return isRefusal(call) ? call : { handle: () => handle(call) };
    },
  };
}

/** A route that needs this action, in the relation that the table asks for, to what `target` names. */
export function route<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType>(
  spec: Spec<P, Q, B> & {
    readonly access: Action;
    target(call: Call<Subject, z.output<P>, z.output<Q>, z.output<B>>): Target | Promise<Target | Refusal>;
    handle(call: Call<Subject, z.output<P>, z.output<Q>, z.output<B>>): Promise<unknown>;
  },
): GuardedRoute {
  const { handle, target, ...declared } = spec;
  return {
    ...declared,
    prepare(raw) {
      const call = parseCall(spec, raw);
      return isRefusal(call) ? call : { target: async () => target(call), handle: () => handle(call) };
    },
  };
}

function parseCall<Who, P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType>(
  spec: Spec<P, Q, B>,
  raw: RawCall<Who>,
): Call<Who, z.output<P>, z.output<Q>, z.output<B>> | DetailedRefusal {
  const params = safelyParsed(spec.params, raw.params);
  const query = safelyParsed(spec.query, raw.query);
  const body = safelyParsed(spec.body, raw.body);
  if (params.success && query.success && body.success) {
    return { ...raw, params: params.data, query: query.data, body: body.data };
  }
  return invalid({ path: params, query, body }, { path: spec.params, query: spec.query, body: spec.body });
}

const MOST_ERRORS = 20;
type Part = 'path' | 'query' | 'body';

/** Names the wrong members and what they should be, never what was sent: it may be a password. */
function invalid(found: Record<Part, Parsed<unknown>>, shapes: Record<Part, z.ZodType>): DetailedRefusal {
  const errors = Object.entries(found)
    .flatMap(([part, parsed]) =>
      (parsed.success ? [] : parsed.issues).map(({ path, message }) => ({
        path: [part, ...path.map(String)].join('.'),
        message:
          part === 'query' && message.startsWith('Unrecognized key') ? withAllowed(message, shapes.query) : message,
        allowed: allowedAt(shapes[part as Part], path),
      })),
    )
    .slice(0, MOST_ERRORS);
  const [first] = errors;
  return { ...refuse('REQUEST_INVALID', first && `${first.path}: ${first.message}.`), errors };
}

/** Who filters or sorts by what there is not is told by what. */
function withAllowed(message: string, query: z.ZodType): string {
  const names = 'shape' in query ? Object.keys(query.shape as object) : [];
  return `${message}; allowed: ${names.length === 0 ? 'none' : names.join(', ')}`;
}
