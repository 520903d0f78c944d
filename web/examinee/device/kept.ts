// What this page keeps on the device beside the outbox: small things, in the browser's own storage. A browser may forbid it;
// then it holds as long as the page. Called by the files beside it.

const unkept = new Map<string, string>();

/** The parsed value under this name; undefined where there is none that can be read. */
export function readKept(name: string, storage: () => Storage = () => localStorage): unknown {
  try {
    const text = storage().getItem(name) ?? unkept.get(name);
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function keep(name: string, value: unknown, storage: () => Storage = () => localStorage): void {
  const text = JSON.stringify(value);
  try {
    storage().setItem(name, text);
  } catch {
    unkept.set(name, text);
  }
}

export function forget(name: string, storage: () => Storage = () => localStorage): void {
  unkept.delete(name);
  try {
    storage().removeItem(name);
  } catch {
    return; // there is no storage, and so nothing in it
  }
}
