// The bytes of an answer that many ask for within the same second, made once. Called by routes whose answers come from a
// short cache: the object is the same, and so is its JSON.
import { endWithJson } from './end-json.ts';
import type { Sender } from './route.ts';

/** Of one route. */
export function createCachedJson(): (answer: object) => Sender {
  const known = new WeakMap<object, Buffer>();
  return (answer) => {
    const bytes = known.get(answer) ?? Buffer.from(JSON.stringify(answer));
    known.set(answer, bytes);
    return (response) => endWithJson(response, bytes);
  };
}
