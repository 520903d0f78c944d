// Who is logged in, with the token of this tab. The token is kept for as long as the tab lives, so that a reload under
// stress asks for no password, and nowhere else.
import { createSignal } from 'solid-js';
import { login, type Staff, staff } from '../../client/staff.ts';
import { RefusalError } from '../../schema/refusals.ts';
import type { MeReply } from '../../schema/replies.ts';

const KEY = 'examhall.proctor';
const ASK_EVERY_MS = 60_000;
export const API = location.origin;

export type Account = { readonly token: string; readonly staff: Staff };
type Kept = { readonly token: string; readonly roomIds: readonly string[] };

const [account, setAccount] = createSignal<Account>();
const [me, setMe] = createSignal<MeReply>();
const [roomIds, setRooms] = createSignal<readonly string[]>([]);
/** The login has ended by itself, not by the person. */
const [hasExpired, setExpired] = createSignal(false);

export { account, hasExpired, me, roomIds };

/** Throws as `login` of the SDK does. */
export async function logIn(name: string, password: string): Promise<void> {
  const { token } = await login({ url: API, login: name, password });
  begin({ token, roomIds: [] });
}

/** What was kept of this tab before its reload. */
export function resume(): void {
  const kept = read();
  if (kept !== undefined) begin(kept);
}

/** Asks who it is and which rooms are the own ones now. Throws as the SDK does; a login that has ended ends here too. */
export async function look(): Promise<MeReply | undefined> {
  const asked = account();
  if (asked === undefined) return undefined;
  try {
    const found = await asked.staff.me();
    if (account() === asked) setMe(found);
    return found;
  } catch (cause) {
    if (isLoginOver(cause) && account() === asked) expire();
    throw cause;
  }
}

/** Asks again and again, and when the person comes back to the page: a login that was ended elsewhere shows nothing more here. Returns what ends it. */
export function watchLogin(): () => void {
  const timer = setInterval(ask, ASK_EVERY_MS);
  addEventListener('focus', ask);
  return () => {
    clearInterval(timer);
    removeEventListener('focus', ask);
  };
}

function ask(): void {
  const asked = account();
  asked?.staff.me().catch((cause: unknown) => {
    if (isLoginOver(cause) && account() === asked) expire(); // what else fails is tried again
  });
}

export function chooseRooms(ids: readonly string[]): void {
  setRooms(ids);
  const token = account()?.token;
  if (token !== undefined) keep({ token, roomIds: ids });
}

/** The tab forgets it at once; that the server has ended it is not waited for. */
export function logOut(): void {
  account()
    ?.staff.logout()
    .catch(() => undefined); // the token then ends by its age
  forget();
}

export function expire(): void {
  forget();
  setExpired(true);
}

export function isLoginOver(cause: unknown): boolean {
  return cause instanceof RefusalError && cause.refusal.refused === 'LOGIN_REQUIRED';
}

function begin({ token, roomIds: ids }: Kept): void {
  keep({ token, roomIds: ids });
  setExpired(false);
  setMe(undefined);
  setRooms(ids);
  setAccount({ token, staff: staff({ url: API, token }) });
}

function forget(): void {
  keep(undefined);
  setAccount(undefined);
  setMe(undefined);
  setRooms([]);
}

/** A browser may forbid its storage: a reload then asks for the password again. */
function keep(kept: Kept | undefined): void {
  try {
    if (kept === undefined) sessionStorage.removeItem(KEY);
    else sessionStorage.setItem(KEY, JSON.stringify(kept));
  } catch {
    return;
  }
}

function read(): Kept | undefined {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY) ?? 'null') as Partial<Kept> | null;
    if (typeof kept?.token !== 'string' || !Array.isArray(kept.roomIds)) return undefined;
    return { token: kept.token, roomIds: kept.roomIds };
  } catch {
    return undefined;
  }
}
