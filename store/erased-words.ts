// What others wrote about an erased person, or naming the person, where it lies in documents that stay: controls, notes of
// incidents, reasons in logs, and answers of the api that are kept for repeats. Must never change anything but texts. Called by
// erasures.ts, while the person's name is still known.
import { namePattern } from '../exam/audit-texts.ts';
import { naming } from './audit-texts.ts';
import type { Models } from './models.ts';

type Person = { readonly planId: string; readonly personId: string; readonly label: string };

/** Returns how many documents lost a text. */
export async function forgetWords(models: Models, person: Person): Promise<number> {
  const counts = await Promise.all([
    blankControls(models, person),
    blankNotes(models, person),
    blankLogs(models, person),
    forgetReplies(models, person),
  ]);
  return counts.reduce((sum, count) => sum + count, 0);
}

/** Those for this person alone, and those that name the person. What was ordered, by whom, of whom and when stays. */
async function blankControls({ controls }: Models, { planId, personId, label }: Person): Promise<number> {
  const theirs = [{ examineeIds: [personId] }, ...(label === '' ? [] : naming(label, ['reason', 'text']))];
  const hasText = [{ reason: { $gt: '' } }, { text: { $gt: '' } }];
  const { modifiedCount } = await controls.collection.updateMany(
    { planId, $and: [{ $or: theirs }, { $or: hasText }] } as never,
    { $set: { reason: '', text: '' } } as never,
  );
  return modifiedCount;
}

/** Of incidents of others; those of the person have lost theirs. */
async function blankNotes({ incidents }: Models, { planId, label }: Person): Promise<number> {
  if (label === '') return 0;
  let count = 0;
  for (const member of ['evidence', 'handling']) {
    const [names] = naming(label, ['note']);
    const { modifiedCount } = await incidents.collection.updateMany(
      { planId, [member]: { $elemMatch: names } } as never,
      { $set: { [`${member}.$[named].note`]: '' } } as never,
      { arrayFilters: naming(label, ['named.note']) as never },
    );
    count += modifiedCount;
  }
  return count;
}

/** Of entries from before reasons lay with the chain alone. */
async function blankLogs({ logs }: Models, { planId, personId }: Person): Promise<number> {
  const { modifiedCount } = await logs.collection.updateMany(
    { planId, subject: personId, 'data.reason': { $gt: '' } } as never,
    { $set: { 'data.reason': '' } } as never,
  );
  return modifiedCount;
}

/** A repeat of such a request is done again, which finds its plan over and its person gone. */
async function forgetReplies({ idempotency }: Models, { planId, personId, label }: Person): Promise<number> {
  const name = label === '' ? undefined : namePattern(label);
  const ids: string[] = [];
  for await (const { _id, body } of idempotency.collection.find({ about: planId } as never)) {
    const text = JSON.stringify(body ?? null);
    if (text.includes(personId) || name?.test(text)) ids.push(String(_id));
  }
  const { deletedCount } = await idempotency.collection.deleteMany({
    $or: [{ about: personId }, { _id: { $in: ids } }],
  } as never);
  return deletedCount;
}
