// What a one-time link shows in a browser: a form that makes the admin's account. The same page for every token, spent
// or not. It sends JSON as any programme does; nothing here is trusted. Called by routes/sessions.ts.
import { hash } from 'node:crypto';

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 26rem; margin: 3rem auto; padding: 0 1rem; }
label, input, button { display: block; width: 100%; box-sizing: border-box; font: inherit; }
input, button { margin: .25rem 0 1rem; padding: .5rem; }
`;

const SCRIPT = `
const form = document.querySelector('form');
const told = document.querySelector('[role=status]');
form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const { login, password, again } = Object.fromEntries(new FormData(form));
  if (password !== again) return void (told.textContent = 'The two passwords differ.');
  told.textContent = 'One moment …';
  try {
    const response = await fetch(location.pathname, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ login, password }),
    });
    const answer = await response.json();
    if (response.ok) form.remove();
    told.textContent = response.ok ? 'The account ' + answer.login + ' is made. This link is spent.' : answer.detail;
  } catch {
    told.textContent = 'The server could not be reached; nothing is promised, try again.';
  }
});
`;

const source = (text: string): string => `'sha256-${hash('sha256', text, 'base64')}'`;

/** The policy that lets the page have its one style and its one script, and speak to nobody but us. */
export const LINK_PAGE_POLICY = [
  "default-src 'none'",
  `style-src ${source(STYLE)}`,
  `script-src ${source(SCRIPT)}`,
  "connect-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

export const LINK_PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>examhall: a new account</title>
<style>${STYLE}</style>
</head>
<body>
<h1>A new account</h1>
<form>
<label for="login">Login name</label>
<input id="login" name="login" autocomplete="username" autocapitalize="none" required minlength="3" maxlength="64">
<label for="password">Password, at least 10 characters</label>
<input id="password" name="password" type="password" autocomplete="new-password" required minlength="10" maxlength="200">
<label for="again">The password again</label>
<input id="again" name="again" type="password" autocomplete="new-password" required>
<button>Make the account</button>
</form>
<p role="status"></p>
<script>${SCRIPT}</script>
</body>
</html>
`;
