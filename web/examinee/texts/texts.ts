// The texts of this page in the language of the page; read inside JSX, so that they follow it.
import { textsOf } from '../../shared/language.ts';
import { en } from './en.ts';
import { ko } from './ko.ts';

export const t = textsOf({ en, ko });
