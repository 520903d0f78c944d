// The examples of the api's routes, of an exam that a test has made, and who may send them. Called by the tests of api/.
import { type Example, examplesOf } from '../../api/examples.ts';
import { newId } from '../../schema/ids.ts';
import { type ExamFixture, examineeToken, personAt, proctorToken } from './exam-fixture.ts';
import type { RunningApi } from './running-api.ts';

/** `controlId` is of a stored control of the first room, `incidentId` of a raised incident there. */
export function examplesFor(exam: ExamFixture, controlId: string, incidentId: string): Record<string, Example> {
  const { planId, paperId, roomIds, uploadId } = exam;
  const { examineeId, code } = personAt(exam, 0);
  const things = { planId, paperId, roomIds, examineeId, code, controlId, incidentId, uploadId };
  const strangers = { proctorId: newId(), adminId: newId(), serviceId: newId() };
  const tokens = { linkToken: 'x'.repeat(43), fileToken: `${'x'.repeat(40)}.${'x'.repeat(43)}` };
  return examplesOf({ ...things, ...strangers, ...tokens, now: Date.now(), newId });
}

const OF_EXAMINEES = [
  'POST /examinees/:examineeId/held-answers',
  'POST /examinees/:examineeId/answers',
  'POST /examinees/:examineeId/submit',
  'GET /examinees/:examineeId/standing',
  'GET /paper',
  'GET /rooms/:roomId/paper',
];

/** A token of somebody whose role may send this; an admin's where it may. */
export async function tokenFor(api: RunningApi, exam: ExamFixture, name: string, admin = exam.admin): Promise<string> {
  if (OF_EXAMINEES.includes(name)) return examineeToken(api, exam, 0);
  return name === 'POST /enter/proctor' ? proctorToken(api, exam.planId, [exam.roomIds[0]]) : admin;
}
