// The bytes of an answer that many ask for within the same second, made once. Called by routes whose answers come from a
// short cache: the object is the same, and so is its JSON.
import type { Sender } from './route.ts';

/** Of one route. */
export function createCachedJson(): (answer: object) => Sender {
  const known = new WeakMap<object, Buffer>();
  return (answer) => {
    const bytes = known.get(answer) ?? Buffer.from(JSON.stringify(answer));
    known.set(answer, bytes);
    // As Express sends JSON, without looking again at what is known.
    return (response) => {
      response.setHeader('Content-Type', 'application/json; charset=utf-8');
      response.setHeader('Content-Length', bytes.length);
      response.end(bytes);
    };
  };
}
