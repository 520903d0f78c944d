// What one simulated examinee does: every item of the recorded sheet in order, and now and then a change of mind.
// Pure and seeded. However the script goes, it ends with exactly the recorded responses. Called by the replay.
import { between, pick, type Random } from '../random.ts';
import type { RecordedExaminee } from './response-file.ts';

/** Gives this response to the item at this place (from 0) of the paper; null takes it back. */
export type Step = { readonly item: number; readonly response: string | null };

/** The share of items about which an examinee changes his mind. */
const CHANGE_RATE = 0.06;

/** After how many further steps he comes back to such an item. */
const RETURN_AFTER = { least: 6, most: 20 } as const;

type Return = Step & { readonly due: number };

/** The steps of this examinee. An omitted item has no step, or one that answers it and one that takes it back. */
export function answerScript(
  examinee: Pick<RecordedExaminee, 'responses'>,
  options: readonly (readonly string[])[],
  random: Random,
): Step[] {
  const steps: Step[] = [];
  let returns: Return[] = [];
  examinee.responses.forEach((response, item) => {
    const isDue = ({ due }: Return): boolean => due <= steps.length;
    const [due, later] = [returns.filter(isDue), returns.filter((step) => !isDue(step))];
    steps.push(...due.map(stepOf));
    returns = later;
    const other = random() < CHANGE_RATE ? pick(random, otherOptions(options[item], response)) : undefined;
    if (other !== undefined) {
      steps.push({ item, response: other });
      returns.push({ item, response, due: steps.length + between(random, RETURN_AFTER.least, RETURN_AFTER.most) });
    } else if (response !== null) steps.push({ item, response });
  });
  return [...steps, ...returns.map(stepOf)];
}

function otherOptions(options: readonly string[] = [], response: string | null): string[] {
  return options.filter((option) => option !== response);
}

function stepOf({ item, response }: Return): Step {
  return { item, response };
}

/** The steps in bursts of at most `size`, in which no item comes twice. */
export function bursts(steps: readonly Step[], size: number): Step[][] {
  const cut: Step[][] = [];
  let burst: Step[] = [];
  for (const step of steps) {
    if (burst.length === size || burst.some(({ item }) => item === step.item)) {
      cut.push(burst);
      burst = [];
    }
    burst.push(step);
  }
  return burst.length === 0 ? cut : [...cut, burst];
}
