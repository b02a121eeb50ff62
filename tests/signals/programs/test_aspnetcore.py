"""``dotnet App.dll``: what the project of a web application says of who stops it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from signals_support import image

from gracelint.signals.trace import follow

if TYPE_CHECKING:
    from pathlib import Path

DOCKERFILE = """FROM mcr.microsoft.com/dotnet/sdk:9.0 AS build
WORKDIR /src
COPY . .
RUN dotnet publish Api -c Release -o /out
FROM mcr.microsoft.com/dotnet/aspnet:9.0
WORKDIR /app
COPY --from=build /out .
ENTRYPOINT ["dotnet", "{name}.dll"]
"""
WEB = '<Project Sdk="Microsoft.NET.Sdk.Web">\n{0}</Project>\n'
PROGRAM = "var builder = WebApplication.CreateBuilder(args);\nvar app = builder.Build();\napp.Run();\n"
OLD = "Host.CreateDefaultBuilder(args)\n    .ConfigureWebHostDefaults(web => web.UseStartup<Startup>())\n    .Build()\n    .Run();\n"
USES = '<ProjectReference Include="..\\Core\\Core.csproj" />\n'
CORE = {"Core/Core.csproj": '<Project Sdk="Microsoft.NET.Sdk"></Project>\n'}


def verdict(folder: Path, files: dict[str, str], name: str = "Api") -> str:
    own = {"Api/Api.csproj": WEB.format(""), "Api/Program.cs": PROGRAM}
    return follow(image(folder, DOCKERFILE.format(name=name), {**own, **files})).verdict


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, "graceful"),
        ({"Api/Program.cs": OLD}, "graceful"),
        ({"Api/Program.cs": PROGRAM.replace("app.Run", "await app.RunAsync")}, "graceful"),
        ({"Api/Program.cs": PROGRAM.replace("app.Run", "Task.Run")}, "unknown"),
        ({"Api/Program.cs": 'Console.WriteLine("done");\n'}, "unknown"),
        ({"Api/Api.csproj": WEB.format("").replace(".Web", "")}, "unknown"),
        ({"Api/Api.csproj": WEB.format("<AssemblyName>Other</AssemblyName>")}, "unknown"),
        ({"Api/Jobs.cs": "class Jobs : BackgroundService { }\n"}, "unknown"),
        ({"Api/Stop.cs": "AppDomain.CurrentDomain.ProcessExit += Stop;\n"}, "unknown"),
        ({"Api/Stop.cs": "app.Lifetime.ApplicationStopping.Register(() => Drain());\n"}, "unknown"),
        ({"Api/Store.cs": "class Store : IDisposable { public void Dispose() { Drain(); } }\n"}, "unknown"),
        ({"Api/Store.cs": "public async ValueTask DisposeAsync() { await Drain(); }\n"}, "unknown"),
        ({"Api/Jobs.cs": "services.AddHangfireServer();\n"}, "unknown"),
        ({"Api/Store.cs": "using var store = new Store(); // disposes\n"}, "graceful"),
        ({"Tests/Api.csproj": WEB.format("")}, "unknown"),  # which of the two?
        ({"Jobs/Jobs.cs": "class Jobs : BackgroundService { }\n"}, "graceful"),  # of another project
        ({"Api/Api.csproj": WEB.format(USES), **CORE}, "graceful"),
        ({"Api/Api.csproj": WEB.format(USES)}, "unknown"),  # it is not there
        ({"Api/Api.csproj": WEB.format(USES), **CORE, "Core/Jobs.cs": "class Jobs : IHostedService { }\n"}, "unknown"),
    ],
)
def test_the_project(tmp_path: Path, files: dict[str, str], expected: str) -> None:
    assert verdict(tmp_path, files) == expected


def test_another_program(tmp_path: Path) -> None:
    assert verdict(tmp_path, {}, "Tool") == "unknown"


def test_published_outside(tmp_path: Path) -> None:
    files = {"Api/Api.csproj": WEB.format(""), "Api/Program.cs": PROGRAM}
    text = 'FROM mcr.microsoft.com/dotnet/aspnet:9.0\nWORKDIR /app\nCOPY {0} .\nENTRYPOINT ["dotnet", "Api.dll"]\n'
    assert follow(image(tmp_path, text.format("Api/bin/Release/publish"), files)).verdict == "graceful"
    assert follow(image(tmp_path / "other", text.format("Api/bin/Release/publish"), {"a.txt": ""})).verdict == "unknown"


@pytest.mark.parametrize(
    ("started", "publish", "project", "expected"),
    [
        ("./Api", "publish Api", "", "graceful"),
        ("/app/Api", "publish Api", "", "graceful"),
        ("./Other", "publish Api", "", "unknown"),
        ("./Api", "publish Api -p:UseAppHost=false", "", "unknown"),  # there is none
        ("./Api", "publish Api", "<UseAppHost>false</UseAppHost>", "unknown"),
        ("./Api", "tool restore", "", "unknown"),  # who made it?
    ],
)
def test_the_program_beside_the_assembly(
    tmp_path: Path, started: str, publish: str, project: str, expected: str
) -> None:
    """It is the same program, under its own name."""
    text = DOCKERFILE.replace('["dotnet", "{name}.dll"]', f'["{started}"]').replace("publish Api", publish)
    trace = follow(image(tmp_path, text, {"Api/Api.csproj": WEB.format(project), "Api/Program.cs": PROGRAM}))
    assert trace.verdict == expected
    assert trace.paths[0].hops[0].argv == (started,)
