// Every incident of the room with its handling.
import { For } from 'solid-js';
import type { IncidentView } from '../../../schema/replies.ts';
import type { RoomReport } from '../../../schema/room-report.ts';
import { instantText } from '../../shared/time.ts';
import { severityOf } from '../incidents/incident-order.ts';
import { t } from '../texts/texts.ts';

type Props = { readonly report: RoomReport; readonly nameOf: (id: string) => string };

export function IncidentTable(props: Props) {
  const words = () => t().report;
  const proctor = (id: string) => props.report.proctors.find(({ proctorId }) => proctorId === id)?.label ?? '';
  const handled = ({ handling }: IncidentView) =>
    handling
      .map(({ to, at, actorId, note }) =>
        [t().incidents.states[to], instantText(at), proctor(actorId), note].filter(Boolean).join(' '),
      )
      .join('; ');
  const heads = () => [words().when, words().what, words().whom, t().incidents.severity, words().result];
  return (
    <section class="wide" tabindex="0" aria-label={words().incidents(props.report.incidents.length)}>
      <table>
        <thead>
          <tr>
            <For each={heads()}>{(head) => <th scope="col">{head}</th>}</For>
          </tr>
        </thead>
        <tbody>
          <For each={props.report.incidents}>
            {(incident) => (
              <tr>
                <td>{instantText(incident.at)}</td>
                <td>
                  {t().incidents.kinds[incident.kind]}, {t().incidents.times(incident.count)},{' '}
                  {t().incidents.sources[incident.source]}
                </td>
                <td dir="auto">
                  {incident.examineeId === null ? t().incidents.ofRoom : props.nameOf(incident.examineeId)}
                </td>
                <td>{t().incidents.severities[severityOf(incident.severity)]}</td>
                <td dir="auto">
                  {t().incidents.states[incident.state]}. {handled(incident)}
                </td>
              </tr>
            )}
          </For>
        </tbody>
      </table>
    </section>
  );
}
