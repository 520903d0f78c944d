// Login, choice of rooms and the head of the page, in Korean.
import type * as en from '../en/login.ts';

export const login: typeof en.login = {
  title: '감독관',
  lead: '로그인하면 담당 시험실을 볼 수 있습니다.',
  name: '로그인 이름',
  password: '비밀번호',
  enter: '로그인',
  entering: '로그인하는 중입니다 …',
  out: '로그아웃',
  ended: '로그인이 끝났습니다. 시험은 그대로 진행됩니다. 계속 감독하려면 다시 로그인하십시오.',
  wrong: '로그인 이름이나 비밀번호가 틀렸습니다. 다른 것은 바뀌지 않았습니다. 확인하고 다시 입력하십시오.',
  tooOften: (wait) => `여러 번 잘못 입력했습니다. ${wait} 뒤에 다시 시도하십시오.`,
  away: '서버가 응답하지 않습니다. 시험과 저장된 답안에는 영향이 없습니다. 잠시 뒤에 다시 시도하십시오.',
  failed: (message) => `로그인하지 못했습니다: ${message}`,
  notProctor: '감독관 계정이 아닙니다. 시험실은 배정된 감독관만 볼 수 있습니다.',
};

export const rooms: typeof en.rooms = {
  title: '내 시험실',
  lead: (most) => `감독할 시험실을 고르십시오. 한 번에 ${most}개까지 볼 수 있습니다.`,
  none: '아직 배정된 시험실이 없습니다. 관리자에게 문의한 뒤 다시 확인하십시오.',
  again: '다시 확인',
  looking: '시험실을 찾는 중입니다 …',
  all: '이 시험의 모든 시험실',
  nobody: '선택 해제',
  watch: (count) => (count === 0 ? '감독하기' : `시험실 ${count}개 감독하기`),
  tooMany: (most) => `한 번에 ${most}개까지만 볼 수 있습니다. 줄여서 고르십시오.`,
  chooseOne: '시험실을 하나 이상 고르십시오.',
  starts: (at) => `${at} 시작`,
  failed: '시험실 목록을 읽지 못했습니다. 시험에는 영향이 없습니다.',
  back: '시험실 고르기',
  chief: '책임 감독관',
  shut: '아직 시험이 열리지 않았습니다. 관리자가 열면 자동으로 들어갑니다.',
  opensAll: '아직 시험이 열리지 않았습니다. 이 시험의 모든 시험실이 열립니다.',
  more: '더 보기 …',
  less: '접기',
};

export const page: typeof en.page = {
  loggedIn: (name) => `${name}(으)로 로그인함`,
  shortcuts: '단축키',
  toList: '응시자 목록으로',
};
