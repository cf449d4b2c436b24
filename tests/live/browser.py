"""Headless Chromium, for every test that looks at a page as a person does."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.chrome.service import Service

ARGUMENTS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--disable-sync",
             "--disable-dev-shm-usage", "--window-size=1100,900"]


def trust(home, certificate):
    store = home / ".pki" / "nssdb"
    store.mkdir(parents=True)
    run = lambda *a: subprocess.run(["certutil", "-d", f"sql:{store}", *a], check=True,
                                    capture_output=True)
    run("-N", "--empty-password")
    run("-A", "-t", "C,,", "-n", "the school", "-i", str(certificate))


class Browser:
    def __init__(self, school, trusting=True):
        self.home = Path(tempfile.mkdtemp(prefix="beadle-chromium-"))
        if trusting:
            trust(self.home, school.data / "squid" / "ca.crt")
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        for argument in ARGUMENTS:
            options.add_argument(argument)
        options.add_argument(f"--user-data-dir={self.home}/profile")
        options.add_argument(f"--proxy-server={school.proxy}")
        service = Service("/usr/bin/chromedriver", log_path=os.devnull,
                          env=dict(os.environ, HOME=str(self.home), TZ="Europe/London"))
        self.driver = webdriver.Chrome(service=service, options=options)
        self.driver.set_page_load_timeout(20)

    def open(self, url):
        self.driver.get(url)
        return self.text()

    def text(self):
        return self.driver.execute_script("return document.body ? document.body.innerText : ''")

    def close(self):
        self.driver.quit()
        shutil.rmtree(self.home, ignore_errors=True)
