// What a notice says, and how long it stays for those who come later. Pure; called by rooms/ and api/ before it is stored.
import type { ControlAction } from '../schema/controls.ts';
import type { NoticeRules } from '../schema/notices.ts';
import { type Refusal, refuse } from '../schema/refusals.ts';

/** Unless its sender says otherwise. */
const NOTICE_LIFE_MS = 24 * 3_600_000;

/** How long an order holds, from its instant; a notice as long as it says, or a day, everything else as long as given. */
export function lifeOf(
  order: { readonly action: ControlAction; readonly lifeMs?: number | undefined },
  otherMs: number,
) {
  return order.action === 'notice' ? (order.lifeMs ?? NOTICE_LIFE_MS) : otherMs;
}

/**
 * Whether an order under the id of a stored control means the same instants: an `at` that is left out is the one that the
 * first order got, and a notice has to stay for as long.
 */
export function isSameTime(
  { at, expiresAt }: { readonly at: number; readonly expiresAt: number },
  order: Parameters<typeof lifeOf>[0] & { readonly at?: number | undefined },
): boolean {
  const lifeMs = expiresAt - at;
  return (order.at === undefined || order.at === at) && lifeOf(order, lifeMs) === lifeMs;
}

type Order = {
  readonly action: ControlAction;
  readonly text?: string | undefined;
  readonly template?: string | undefined;
};

/** The order with the words of its template. `mayWrite`: whoever it is may write freely, whatever the plan says. */
export function withText<O extends Order>(order: O, { templates, free }: NoticeRules, mayWrite: boolean): O | Refusal {
  if (order.action !== 'notice') return order;
  const names = templates.map(({ name }) => name).join(', ') || 'none';
  if (order.template === undefined)
    return free || mayWrite ? order : refuse('NOTICE_NOT_FREE', `Allowed: the templates ${names}.`);
  const template = templates.find(({ name }) => name === order.template);
  return template === undefined
    ? refuse('TEMPLATE_UNKNOWN', `There are: ${names}.`)
    : { ...order, text: template.text };
}
