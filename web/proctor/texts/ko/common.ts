// What several parts say, in Korean; and what the server's refusals mean for a proctor.
import type * as en from '../en/common.ts';

export const common: typeof en.common = {
  close: '닫기',
  cancel: '취소',
  again: '다시 시도',
  loading: '읽는 중입니다 …',
  away: '서버가 응답하지 않습니다. 아무것도 바뀌지 않았습니다. 잠시 뒤에 다시 시도하십시오.',
  none: '–',
  by: (name) => `${name}`,
  more: (count) => `외 ${count}명`,
  everybody: '시험실 전체',
  people: (count) => `${count}명`,
};

export const refusals: typeof en.refusals = {
  LOGIN_REQUIRED: '로그인이 끝났습니다. 다시 로그인하십시오.',
  PERMISSION_DENIED: '여기서는 할 수 없는 일입니다. 아무것도 바뀌지 않았습니다.',
  ASSIGNMENT_ENDED: '이 시험실 배정이 끝났습니다.',
  ROOM_UNKNOWN: '이 시험실은 이제 없습니다.',
  EXAMINEE_UNKNOWN: '이 응시자는 이제 명단에 없습니다.',
  TRANSITION_REFUSED: '지금 상태에서는 할 수 없습니다. 다른 사람이 먼저 했을 수 있습니다. 아무것도 바뀌지 않았습니다.',
  EXAMINEE_NOT_ENTERED: '아직 입실하지 않은 응시자입니다. 아무것도 바뀌지 않았습니다.',
  EXAMINEE_TAKEN: '다른 감독관이 먼저 담당했습니다.',
  INCIDENT_CHANGED: '다른 감독관이 먼저 처리했습니다. 지금 상태는 다음과 같습니다.',
  CALL_CHANGED: '다른 감독관이 먼저 답했거나 응시자가 손을 내렸습니다. 지금 상태는 다음과 같습니다.',
  ASSIGNMENT_CHANGED: '다른 사람이 먼저 바꾸었습니다. 지금 상태는 다음과 같습니다.',
  HANDOVER_REFUSED: '지금은 인계할 수 없습니다. 아무것도 바뀌지 않았습니다.',
  NOTICE_NOT_FREE: '이 시험에서는 준비된 공지만 보낼 수 있습니다. 하나를 고르십시오.',
  TEMPLATE_UNKNOWN: '이 공지는 이제 없습니다. 다른 것을 고르십시오.',
  INSTANT_TOO_SOON: '시작 시각이 너무 가까워 모두에게 알릴 수 없습니다. 시작하지 않았습니다. 다시 시작하십시오.',
  CONTROL_EXPIRED: '명령이 너무 오래되어 실행하지 않았습니다. 필요하면 다시 명령하십시오.',
  UNDO_REFUSED: '이제 되돌릴 수 없습니다. 아무것도 바뀌지 않았습니다.',
  SEAT_TAKEN: '다른 사람이 앉은 좌석입니다. 아무것도 바뀌지 않았습니다. 다른 좌석을 고르십시오.',
  ROOM_ENDED: '시험실이 끝났습니다. 아무것도 바뀌지 않았습니다.',
  EXAM_ENDED: '시험이 끝났습니다.',
  BUSY: '서버가 바쁩니다. 명령을 받지 못했습니다. 잠시 뒤에 다시 시도하십시오.',
  TOO_MANY_TRIES: '시도가 너무 많습니다. 잠시 기다리십시오.',
  STORE_AWAY: '서버가 지금 시험 저장소에 연결되지 않습니다. 상태를 확인하고 다시 시도하십시오.',
  INTERNAL: '서버에서 오류가 났습니다. 상태를 확인하고 다시 시도하십시오.',
};
