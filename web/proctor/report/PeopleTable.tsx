// Everybody of the room in the report, in its order: by seat.
import { For } from 'solid-js';
import type { RoomReport } from '../../../schema/room-report.ts';
import { instantText, lengthText } from '../../shared/time.ts';
import { t } from '../texts/texts.ts';

type Person = RoomReport['people'][number];

export function PeopleTable(props: { readonly people: readonly Person[] }) {
  const words = () => t().report;
  const heads = () => [
    words().seat,
    words().name,
    words().code,
    words().state,
    words().entered,
    words().finished,
    words().extra,
    words().lost,
    words().saved,
    words().identity,
  ];
  return (
    <section class="part">
      <h2 id="report-people">{words().people(props.people.length)}</h2>
      <section class="wide" tabindex="0" aria-labelledby="report-people">
        <table>
          <thead>
            <tr>
              <For each={heads()}>{(head) => <th scope="col">{head}</th>}</For>
            </tr>
          </thead>
          <tbody>
            <For each={props.people}>
              {(person) => (
                <tr>
                  <For each={cellsOf(person)}>{(cell) => <td dir="auto">{cell}</td>}</For>
                </tr>
              )}
            </For>
          </tbody>
        </table>
      </section>
    </section>
  );
}

function cellsOf(person: Person): readonly string[] {
  const { none } = t().common;
  const words = t().report;
  const at = (instant: number) => (instant === 0 ? none : instantText(instant));
  const planned = person.extra.rosterMs + person.extra.plannedMs;
  const extra = [
    ...(planned === 0 ? [] : [words.planned(lengthText(planned))]),
    ...(person.extra.incidentMs === 0 ? [] : [words.incidentTime(lengthText(person.extra.incidentMs))]),
  ];
  const identity =
    person.identity === null ? none : person.identity.confirmed ? t().person.confirmed : t().person.notConfirmed;
  return [
    person.seat ?? none,
    person.label,
    person.code,
    t().board.states[person.status],
    at(person.enteredAt),
    at(person.endedAt),
    extra.length === 0 ? none : extra.join(', '),
    person.lost.count === 0 ? none : words.lostTimes(person.lost.count, lengthText(person.lost.ms)),
    String(person.savedCount),
    identity,
  ];
}
