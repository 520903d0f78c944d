// The report and history of a room: everything that its paper file needs, to be read here and printed. Never an answer.
import { createResource, For, type JSX, Show } from 'solid-js';
import type { RoomReport as Report } from '../../../schema/room-report.ts';
import { dayText, instantText, lengthText } from '../../shared/time.ts';
import { useDesk } from '../desk.ts';
import { ReadFailure } from '../ReadFailure.tsx';
import { t } from '../texts/texts.ts';
import { CommandTable } from './CommandTable.tsx';
import { IncidentTable } from './IncidentTable.tsx';
import { PeopleTable } from './PeopleTable.tsx';
import './report.css';

export function RoomReport(props: { readonly roomId: string; readonly close: () => void }) {
  const desk = useDesk();
  const words = () => t().report;
  const [found, { refetch }] = createResource(() => desk.account.staff.report(props.roomId));
  return (
    <main class="report stack">
      <div class="row spread no-print">
        <button type="button" onClick={props.close}>
          {words().back}
        </button>
        <span class="row">
          <button type="button" onClick={() => void refetch()}>
            {words().again}
          </button>
          <button type="button" class="primary" onClick={() => print()}>
            {words().print}
          </button>
        </span>
      </div>
      <h1 dir="auto" id="report" tabindex="-1">
        {words().title(desk.roomLabel(props.roomId))}
      </h1>
      <ReadFailure cause={found.error} what={words().failed} again={() => void refetch()} />
      <Show when={found.loading && found.error === undefined}>
        <p role="status">{t().common.loading}</p>
      </Show>
      <Show when={found.error === undefined && found.latest}>{(report) => <Body report={report()} />}</Show>
    </main>
  );
}

function Body(props: { readonly report: Report }) {
  const words = () => t().report;
  const nameOf = (id: string) => props.report.people.find(({ examineeId }) => examineeId === id)?.label ?? id;
  return (
    <>
      <Summary report={props.report} />
      <PeopleTable people={props.report.people} />
      <Part title={words().incidents(props.report.incidents.length)} count={props.report.incidents.length}>
        <IncidentTable report={props.report} nameOf={nameOf} />
      </Part>
      <Part title={words().commands(props.report.controls.length)} count={props.report.controls.length}>
        <CommandTable controls={props.report.controls} nameOf={nameOf} />
      </Part>
      <Part title={words().calls(props.report.calls.length)} count={props.report.calls.length}>
        <ul>
          <For each={props.report.calls}>
            {(call) => (
              <li dir="auto">
                {instantText(call.at)} {nameOf(call.examineeId)}:{' '}
                {call.question === '' ? t().calls.noQuestion : call.question} — {t().calls.states[call.state]}{' '}
                {call.answer}
              </li>
            )}
          </For>
        </ul>
      </Part>
      <Part title={words().charge} count={props.report.charge.steps.length}>
        <ul>
          <For each={props.report.charge.steps}>
            {(step) => (
              <li dir="auto">
                {instantText(step.at)} {step.by?.label ?? step.to?.label ?? step.from?.label ?? ''}{' '}
                {words().steps[step.step]}
                {step.step === 'offered' ? ` → ${step.to?.label ?? ''}` : ''} {step.note}
              </li>
            )}
          </For>
        </ul>
      </Part>
      <Show when={props.report.outages.length > 0}>
        <Part title={words().outages} count={props.report.outages.length}>
          <ul>
            <For each={props.report.outages}>
              {({ from, to }) => <li>{t().losses.stretch(instantText(from), instantText(to))}</li>}
            </For>
          </ul>
        </Part>
      </Show>
      <p class="signature">{words().signature}:</p>
    </>
  );
}

function Summary(props: { readonly report: Report }) {
  const words = () => t().report;
  const at = (instant: number) => (instant === 0 ? t().common.none : dayText(instant));
  return (
    <dl class="facts">
      <dt>{words().exam}</dt>
      <dd dir="auto">{props.report.plan.name}</dd>
      <dt>{words().room}</dt>
      <dd dir="auto">{props.report.room.label}</dd>
      <dt>{words().state}</dt>
      <dd>{t().board.roomStates[props.report.room.status]}</dd>
      <dt>{words().started}</dt>
      <dd>{at(props.report.room.startsAt)}</dd>
      <dt>{words().ended}</dt>
      <dd>{props.report.room.status === 'ended' ? at(props.report.room.endsAt) : t().common.none}</dd>
      <dt>{words().duration}</dt>
      <dd>{lengthText(props.report.plan.durationMs)}</dd>
      <dt>{words().proctors}</dt>
      <dd dir="auto">{props.report.proctors.map(({ label }) => label).join(', ')}</dd>
      <dt>{words().charge}</dt>
      <dd dir="auto">{props.report.charge.inCharge?.label ?? t().common.none}</dd>
      <dt>{words().asOf('')}</dt>
      <dd>{dayText(props.report.now)}</dd>
    </dl>
  );
}

function Part(props: { readonly title: string; readonly count: number; readonly children: JSX.Element }) {
  return (
    <section class="part">
      <h2>{props.title}</h2>
      <Show when={props.count > 0} fallback={<p>{t().report.none}</p>}>
        {props.children}
      </Show>
    </section>
  );
}
