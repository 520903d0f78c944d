// The page's texts in its language. Read inside JSX, so that they follow the choice.
import { textsOf } from '../../shared/language.ts';
import { en } from './en.ts';
import { ko } from './ko.ts';

export const t = textsOf({ en, ko });
