// What a message says: its own text, or what was done.
import type { ControlTold } from '../../../schema/messages.ts';
import { t } from '../texts/texts.ts';

/** `room`: the label of the room where the person is now. */
export function messageText(control: ControlTold, room: string): string {
  const text = t().notices;
  switch (control.action) {
    case 'call':
      return control.text ?? text.called;
    case 'move':
      return [
        control.toRoomId === undefined ? '' : text.moved(room),
        control.seat === undefined ? '' : text.seat(control.seat),
      ]
        .filter((part) => part !== '')
        .join(' ');
    case 'unlock':
      return text.unlocked;
    case 'readmit':
      return text.readmitted;
    default:
      return control.text ?? '';
  }
}
