// The photo that is stored of the examinee. Called by session.
import { type DownloadEffects, download } from './download.ts';

/** The picture's bytes; undefined where there is none, or it may not be seen. Never rejects. */
export async function fetchPhoto(examineeId: string, effects: DownloadEffects): Promise<Blob | undefined> {
  const outcome = await download(`v1/examinees/${examineeId}/photo`, effects);
  return outcome.kind === 'whole' ? new Blob([outcome.bytes]) : undefined;
}
