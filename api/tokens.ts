// Tokens: signed ones for examinees and for view links, which need no read of the store, and random ones for people who
// work here, of which only the SHA-256 is ever stored. Each use has a key of its own, derived from the one secret.
import { createHmac, createSecretKey, hash, hkdfSync, type KeyObject, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';

const ExamineeClaims = z.tuple([z.string(), z.string(), z.string(), z.int(), z.number()]);
export type ExamineeToken = { examineeId: string; planId: string; roomId: string; fence: number; expiresAt: number };
export type Tokens = ReturnType<typeof createTokens>;

/** A random token of 256 bits: a staff session or a one-time link. */
export const newSecretToken = (): string => randomBytes(32).toString('base64url');
/** What is stored of it. */
export const hashOfToken = (token: string): string => hash('sha256', token, 'base64url');

/** Signs and reads; reading gives undefined for what is forged or has expired. Instants epoch ms. */
export function createTokens(secret: string) {
  const examinees = signer(secret, 'examinee');
  const views = signer(secret, 'view');
  const files = signer(secret, 'file');
  const exports = signer(secret, 'export');
  const digestKey = keyOf(secret, 'digest');
  return {
    forExaminee: ({ examineeId, planId, roomId, fence, expiresAt }: ExamineeToken): string =>
      `x.${examinees.sign(JSON.stringify([examineeId, planId, roomId, fence, expiresAt]))}`,
    examineeOf(token: string, now: number): ExamineeToken | undefined {
      const text = token.startsWith('x.') ? examinees.open(token.slice(2)) : undefined;
      if (text === undefined) return undefined;
      const [examineeId, planId, roomId, fence, expiresAt] = ExamineeClaims.parse(JSON.parse(text));
      return expiresAt > now ? { examineeId, planId, roomId, fence, expiresAt } : undefined;
    },
    forView: (planId: string, expiresAt: number): string => views.sign(`${planId}.${expiresAt}`),
    mayView(planId: string, token: string, now: number): boolean {
      const [viewed, expiresAt] = (views.open(token) ?? '').split('.');
      return viewed === planId && Number(expiresAt) > now;
    },
    /** Whoever has it may read this one upload until then. */
    forFile: (uploadId: string, expiresAt: number): string => files.sign(`${uploadId}.${expiresAt}`),
    fileOf(token: string, now: number): string | undefined {
      const [uploadId, expiresAt] = (files.open(token) ?? '').split('.');
      return Number(expiresAt) > now ? uploadId : undefined;
    },
    /** Shows that this session asked for it: what a device seals as the last resort carries it, however long after. */
    exportProof: ({ planId, examineeId, fence }: Pick<ExamineeToken, 'planId' | 'examineeId' | 'fence'>): string =>
      exports.mac(JSON.stringify([planId, examineeId, fence])).toString('base64url'),
    /** A keyed hash for what is compared and never shown: request bodies, seeds of ids. */
    digest: (text: string): Buffer => createHmac('sha256', digestKey).update(text).digest(),
  };
}

function signer(secret: string, use: string) {
  const key = keyOf(secret, use);
  const mac = (body: string): Buffer => createHmac('sha256', key).update(body).digest();
  return {
    mac,
    sign(text: string): string {
      const body = Buffer.from(text).toString('base64url');
      return `${body}.${mac(body).toString('base64url')}`;
    },
    open(token: string): string | undefined {
      const [body = '', signature = '', ...more] = token.split('.');
      const given = Buffer.from(signature);
      // As text: there are several ways to write the same bytes, and one is right.
      const right = Buffer.from(mac(body).toString('base64url'));
      return more.length === 0 && given.length === right.length && timingSafeEqual(given, right)
        ? Buffer.from(body, 'base64url').toString()
        : undefined;
    },
  };
}

function keyOf(secret: string, use: string): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync('sha256', secret, 'examhall', use, 32)));
}
