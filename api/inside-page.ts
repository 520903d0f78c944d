// The login in front of /inside: a form that asks the api as any programme does, and hands the token to the cookie's route.
// Must never keep a password or a token itself. Called by inside.ts.

export const INSIDE_PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>examhall inside</title>
</head>
<body>
<main>
<h1>examhall inside</h1>
<form id="login">
<p><label>Login <input name="login" autocomplete="username" required></label></p>
<p><label>Password <input name="password" type="password" autocomplete="current-password" required></label></p>
<p><button>Log in</button></p>
</form>
<p id="said" role="alert"></p>
</main>
<script src="/inside/login.js"></script>
</body>
</html>
`;

export const INSIDE_SCRIPT = `const form = document.getElementById('login');
const said = document.getElementById('said');
form.addEventListener('submit', async (event) => {
  event.preventDefault();
  said.textContent = '';
  try {
    const fields = Object.fromEntries(new FormData(form));
    const headers = { 'content-type': 'application/json' };
    const login = await fetch('/v1/login', { method: 'POST', headers, body: JSON.stringify(fields) });
    const reply = await login.json();
    if (!login.ok) return void (said.textContent = reply.title);
    const authorization = 'Bearer ' + reply.token;
    const opened = await fetch('/inside/session', { method: 'POST', headers: { authorization } });
    if (!opened.ok) return void (said.textContent = (await opened.json()).title);
    location.replace('/inside');
  } catch {
    said.textContent = 'The server does not answer; try again.';
  }
});
`;
