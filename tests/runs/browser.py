"""Drives Chromium without a screen by the WebDriver protocol (https://www.w3.org/TR/webdriver2/), for tests of pages."""

import base64
import json
import os
import re
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # the protocol's name for a reference to an element
KEYS = {"Enter": "\ue007", "Escape": "\ue00c", "ArrowDown": "\ue015", "Home": "\ue011"}


def find():
    """The two programs that this needs; None where one is missing."""
    programs = [shutil.which(name) for name in ("chromedriver", "chromium")]
    return programs if all(programs) else None


class Browser:
    def __init__(self, width=1440, height=900, dark=False, arguments=()):
        driver, chromium = find()
        self.profile = tempfile.mkdtemp(prefix="browser.", dir=os.environ.get("TMPDIR"))
        self.log = open(os.path.join(self.profile, "driver.log"), "w+", encoding="utf-8")
        self.driver = subprocess.Popen([driver, "--port=0"], stdout=self.log, stderr=subprocess.STDOUT, cwd=self.profile)
        self.base = f"http://127.0.0.1:{self.port()}"
        options = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                   "--disable-background-networking", "--disable-dev-shm-usage", "--hide-scrollbars",
                   f"--user-data-dir={os.path.join(self.profile, 'profile')}", f"--window-size={width},{height}", *arguments]
        if dark:
            options.append("--blink-settings=preferredColorScheme=0")
        self.session = ""
        value = self.call("POST", "/session", {"capabilities": {"alwaysMatch": {
            "browserName": "chrome", "goog:loggingPrefs": {"browser": "ALL"},
            "goog:chromeOptions": {"binary": chromium, "args": options}}}})
        self.session = f"/session/{value['sessionId']}"
        self.call("POST", "/timeouts", {"script": 60000, "pageLoad": 120000})

    def port(self):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            self.log.seek(0)
            match = re.search(r"started successfully on port (\d+)", self.log.read())
            if match:
                return int(match.group(1))
            if self.driver.poll() is not None:
                break
            time.sleep(0.05)
        raise RuntimeError("chromedriver doesn't start")

    def call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + self.session + path, data, {"Content-Type": "application/json"},
                                         method=method)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # the driver is on this machine
        try:
            with opener.open(request, timeout=180) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"{method} {path}: {error.read().decode()[:2000]}") from None

    def open(self, file, fragment=""):
        self.call("POST", "/url", {"url": "file://" + urllib.request.pathname2url(file) + fragment})

    def run(self, script, *arguments):
        """What a function body in JavaScript returns."""
        return self.call("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def wait(self, script, *arguments):
        """Until it returns something true, which is returned; 60 seconds at most."""
        deadline = time.monotonic() + 60
        while True:
            value = self.run(script, *arguments)
            if value or time.monotonic() > deadline:
                return value
            time.sleep(0.05)

    def element(self, selector):
        return self.call("POST", "/element", {"using": "css selector", "value": selector})[ELEMENT]

    def click(self, selector):
        self.call("POST", f"/element/{self.element(selector)}/click", {})

    def type(self, selector, text):
        self.call("POST", f"/element/{self.element(selector)}/value", {"text": text})

    def press(self, selector, key):
        self.type(selector, KEYS.get(key, key))

    def pointer(self, selector, *actions):
        """Moves, presses and turns a mouse; ("move", x, y), ("down",), ("up",), ("wheel", x, y, dx, dy), from the middle."""
        origin = {ELEMENT: self.element(selector)}
        mouse, wheel = [], []
        for action, *numbers in actions:
            if action == "move":
                mouse.append({"type": "pointerMove", "duration": 0, "origin": origin, "x": numbers[0], "y": numbers[1]})
            elif action == "wheel":
                x, y, right, down = numbers
                wheel.append({"type": "scroll", "duration": 0, "origin": origin, "x": x, "y": y, "deltaX": right, "deltaY": down})
            else:
                mouse.append({"type": "pointer" + action.capitalize(), "button": 0})
        devices = []
        if mouse:
            devices.append({"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"}, "actions": mouse})
        if wheel:
            devices.append({"type": "wheel", "id": "wheel", "actions": wheel})
        self.call("POST", "/actions", {"actions": devices})

    def text(self, selector):
        return self.run("return document.querySelector(arguments[0]).innerText", selector)

    def screenshot(self, file):
        data = base64.b64decode(self.call("GET", "/screenshot"))
        with open(file, "wb") as stream:
            stream.write(data)
        return data

    def console(self):
        """What the page complained about since the last time."""
        return [entry["message"] for entry in self.call("POST", "/se/log", {"type": "browser"})
                if entry["level"] in ("SEVERE", "WARNING")]

    def close(self):
        try:
            if self.session:
                self.call("DELETE", "")
        finally:
            self.driver.terminate()
            self.driver.wait()
            self.log.close()
            shutil.rmtree(self.profile, ignore_errors=True)
