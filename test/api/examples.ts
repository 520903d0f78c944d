// The examples of the api's routes, of an exam that a test has made, and who may send them. Called by the tests of api/.
import { type Example, examplesOf, wordedWorld } from '../../api/examples.ts';
import { newId } from '../../schema/ids.ts';
import { DEFAULT_INCIDENT_RULES } from '../../schema/incidents.ts';
import { aControl, aProctor, aReport, NOBODYS_HASH } from '../support/stored.ts';
import { type ExamFixture, examineeToken, personAt, proctorToken } from './exam-fixture.ts';
import type { RunningApi } from './running-api.ts';

type Staff = { readonly proctorId: string; readonly adminId: string; readonly serviceId: string };
const NOBODY = (): Staff => ({ proctorId: newId(), adminId: newId(), serviceId: newId() });

/** `controlId` is of a stored control of the first room, `incidentId` of a raised incident there; `staff` are nobody unless given. */
export function examplesFor(
  exam: ExamFixture,
  controlId: string,
  incidentId: string,
  staff: Staff = NOBODY(),
): Record<string, Example> {
  const { planId, paperId, roomIds, uploadId } = exam;
  const { examineeId, code } = personAt(exam, 0);
  const things = { planId, paperId, roomIds, examineeId, code, controlId, incidentId, uploadId };
  const tokens = { linkToken: 'x'.repeat(43), fileToken: `${'x'.repeat(40)}.${'x'.repeat(43)}` };
  return examplesOf({ ...things, ...staff, ...tokens, now: Date.now(), newId });
}

/** The requests about an exam in which all that they name is there: a control, an incident, people who work here. */
export async function realExamplesFor(api: RunningApi, exam: ExamFixture): Promise<Record<string, Example>> {
  const { store } = api;
  const [roomId] = exam.roomIds;
  const { control } = await store.controls.issue(aControl(exam.planId, { roomId }));
  const report = aReport({ planId: exam.planId, roomId });
  await store.incidents.report(report, DEFAULT_INCIDENT_RULES, Date.now());
  const [proctor, adminId, serviceId] = [aProctor(exam.planId, [roomId]), newId(), newId()];
  await store.proctors.create(proctor);
  await store.admins.create({
    _id: adminId,
    login: adminId.toLowerCase(),
    passwordHash: NOBODYS_HASH,
    createdAt: new Date(),
  });
  await api.session({ role: 'service', subjectId: serviceId });
  return examplesFor(exam, control._id, report.reportId, { proctorId: proctor._id, adminId, serviceId });
}

/** A text of the documents, as openapi.json, in which the ids that anybody sees to be none are those of `known`, which are real. */
export function aboutReal(exam: ExamFixture, known: Record<string, Example>, text: string): string {
  const world = wordedWorld();
  const idIn = (name: string) => known[name]?.path.split('/').at(-1) ?? '';
  const real: readonly (readonly [word: string, id: string])[] = [
    [world.planId, exam.planId],
    [world.paperId, exam.paperId],
    [world.roomIds[0], exam.roomIds[0]],
    [world.roomIds[1], exam.roomIds[1]],
    [world.examineeId, personAt(exam, 0).examineeId],
    [world.code, personAt(exam, 0).code],
    [world.uploadId, exam.uploadId],
    [world.controlId, idIn('GET /controls/:controlId')],
    [world.incidentId, idIn('GET /incidents/:incidentId')],
    [world.proctorId, idIn('GET /plans/:planId/proctors/:proctorId')],
    [world.adminId, idIn('GET /admins/:adminId')],
    [world.serviceId, idIn('GET /services/:serviceId')],
  ];
  return real.reduce((shown, [word, id]) => shown.replaceAll(word, id), text);
}

const OF_EXAMINEES = [
  'POST /examinees/:examineeId/held-answers',
  'POST /examinees/:examineeId/answers',
  'POST /examinees/:examineeId/submit',
  'GET /examinees/:examineeId/standing',
  'GET /examinees/:examineeId/incidents',
  'GET /examinees/:examineeId/log',
  'GET /paper',
  'GET /rooms/:roomId/paper',
];

const OF_PROCTORS = ['POST /enter/proctor', 'GET /me/presence', 'GET /me/log'];

/** A token of somebody whose role may send this; an admin's where it may. */
export async function tokenFor(api: RunningApi, exam: ExamFixture, name: string, admin = exam.admin): Promise<string> {
  if (OF_EXAMINEES.includes(name)) return examineeToken(api, exam, 0);
  return OF_PROCTORS.includes(name) ? proctorToken(api, exam.planId, [exam.roomIds[0]]) : admin;
}
