// What each page does first: its language, its live regions, its clock, and then its one component. Called by main.tsx of both.
import type { Component } from 'solid-js';
import { render } from 'solid-js/web';
import './style.css';
import { openAnnouncer } from './announcer.ts';
import { readLanguage } from './language.ts';
import { startTicking } from './now.ts';

export function startPage(Page: Component): void {
  const root = document.getElementById('page');
  if (root === null) throw new Error('the page has no place for its component');
  readLanguage();
  openAnnouncer();
  startTicking();
  render(() => <Page />, root);
}
